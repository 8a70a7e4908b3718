package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoException;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.statistics.Statistics;
import org.bson.BsonDocument;

import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Random changes of random documents: undone, repeated, interrupted and resumed.
 */
class ChangePropertyTests {

	private MongoTestDatabase mongo = TestDatabases.createMongo();

	@AfterTry
	void dropDatabase() {
		// The in-memory server cannot drop everything that it makes, and ends with the process
		if (MongoServers.isReplicaSet()) {
			this.mongo.database().drop();
		}
	}

	@Property(tries = 200, shrinking = ShrinkingMode.BOUNDED)
	void upThenDownIsTheIdentityAndTwiceOrInterruptedIsOnce(@ForAll("sequences") Sequence sequence) {
		DatabaseState original = prepare(sequence);
		Interruption counting = Interruption.none();
		Outcome outcome = up(sequence, counting, original);
		DatabaseState made = DatabaseState.of(this.mongo);
		Statistics.collect(outcome);
		Interruption countingDown = Interruption.none();
		assertUndone(sequence, countingDown, original);
		if (counting.writes() == 0) {
			// The first change was refused
			return;
		}

		prepare(sequence);
		upTwice(sequence);
		assertThat(DatabaseState.of(this.mongo)).as("made twice").isEqualTo(made);

		prepare(sequence);
		Random random = new Random(sequence.seed());
		interrupt(() -> up(sequence, Interruption.at(1 + random.nextInt(counting.writes()), random), original));
		assertThat(up(sequence, Interruption.none(), original)).as("outcome after an interruption").isEqualTo(outcome);
		assertThat(DatabaseState.of(this.mongo)).as("made after an interruption").isEqualTo(made);
		if (countingDown.writes() > 0) {
			interrupt(() -> down(sequence, Interruption.at(1 + random.nextInt(countingDown.writes()), random)));
		}
		assertUndone(sequence, Interruption.none(), original);
	}

	@Provide
	Arbitrary<Sequence> sequences() {
		return Combinators
			.combine(RandomChanges.collections(), RandomChanges.changes(),
					MongoServers.isReplicaSet() ? Arbitraries.of(true, false) : Arbitraries.just(false),
					Arbitraries.longs())
			.as(Sequence::new)
			.filter((sequence) -> sequence.changes().isRepeatable(sequence.transactions()));
	}

	private DatabaseState prepare(Sequence sequence) {
		dropDatabase();
		this.mongo = TestDatabases.createMongo();
		sequence.documents().forEach((collection, documents) -> {
			this.mongo.database().createCollection(collection);
			if (!documents.isEmpty()) {
				this.mongo.database().getCollection(collection, BsonDocument.class).insertMany(documents);
			}
			// Of its own name, as the in-memory server drops indexes of other collections, too
			this.mongo.collection(collection)
				.createIndex(Indexes.ascending("a"), new IndexOptions().name(collection + "_by_a").sparse(true));
		});
		return DatabaseState.of(this.mongo);
	}

	private Outcome up(Sequence sequence, Interruption interruption, DatabaseState original) {
		AtomicReference<DatabaseState> before = new AtomicReference<>(original);
		try {
			TestContext.on(this.mongo)
				.transactions(sequence.transactions())
				.interruption(interruption)
				.listener((what) -> before.set(DatabaseState.of(this.mongo)))
				.up(sequence.changes());
			return Outcome.MADE;
		}
		catch (ChangeRefusedException ex) {
			assertThat(DatabaseState.of(this.mongo)).as(ex.getMessage()).isEqualTo(before.get());
			return Outcome.REFUSED;
		}
		catch (MongoException ex) {
			return failed(ex);
		}
	}

	private void upTwice(Sequence sequence) {
		try {
			TestContext.on(this.mongo).transactions(sequence.transactions()).upTwice(sequence.changes());
		}
		catch (ChangeRefusedException ex) {
			// The state tells whether that was right
		}
		catch (MongoException ex) {
			failed(ex);
		}
	}

	// A unique index among the changes may turn out to be in the way of later ones
	private static Outcome failed(MongoException ex) {
		if (ErrorCategory.fromErrorCode(ex.getCode()) != ErrorCategory.DUPLICATE_KEY) {
			throw ex;
		}
		return Outcome.FAILED;
	}

	private UndoResult down(Sequence sequence, Interruption interruption) {
		return TestContext.on(this.mongo)
			.transactions(sequence.transactions())
			.interruption(interruption)
			.down(sequence.changes());
	}

	private void assertUndone(Sequence sequence, Interruption interruption, DatabaseState original) {
		if (this.mongo.collection("migration_preimage").countDocuments() > 0) {
			UndoResult undo = down(sequence, interruption);
			assertThat(undo.conflictExamples()).isEmpty();
		}
		assertThat(DatabaseState.of(this.mongo)).as("undone").isEqualTo(original);
	}

	private static void interrupt(Runnable attempt) {
		try {
			attempt.run();
		}
		catch (Interruption.Interrupted ex) {
			return;
		}
		fail("The attempt was not interrupted");
	}

	/**
	 * What came of an attempt.
	 */
	private enum Outcome {

		MADE, REFUSED, FAILED

	}

	/**
	 * A random sequence.
	 *
	 * @param documents the documents by their collections
	 * @param changes the changes
	 * @param transactions whether the attempts have transactions
	 * @param seed decides where they are interrupted
	 */
	record Sequence(Map<String, List<BsonDocument>> documents, ChangeSet changes, boolean transactions, long seed) {

		@Override
		public String toString() {
			return "%s\n%s\ntransactions: %s, seed: %d".formatted(this.documents, this.changes.toJson(),
					this.transactions, this.seed);
		}

	}

}
