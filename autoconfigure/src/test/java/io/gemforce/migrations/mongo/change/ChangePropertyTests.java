package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
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
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import org.bson.BsonDocument;
import org.bson.Document;

import io.gemforce.migrations.mongo.change.contract.Change;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Random changes of random documents: undone, repeated, interrupted and resumed. Several
 * sequences are played at the same time on a replica set, each on a database of its own,
 * as they spend their time waiting for the server.
 */
class ChangePropertyTests {

	private static final String[] COLLECTIONS = { "one", "two" };

	private static final int AT_A_TIME = 4;

	// What the in-memory server makes of several clients at the same time is not tested
	// here
	private static final ExecutorService EXECUTOR = Executors
		.newFixedThreadPool(MongoServers.isReplicaSet() ? AT_A_TIME : 1, ChangePropertyTests::daemon);

	private static final MongoTestDatabase[] DATABASES = new MongoTestDatabase[AT_A_TIME];

	// A run that is repeated after a failure needs them again
	private static Thread daemon(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		return thread;
	}

	@BeforeContainer
	static void createDatabases() {
		Arrays.setAll(DATABASES, (i) -> TestDatabases.createMongo());
	}

	@AfterContainer
	static void dropDatabases() {
		Arrays.stream(DATABASES).forEach(ChangePropertyTests::drop);
	}

	private static void drop(MongoTestDatabase mongo) {
		// The in-memory server cannot drop everything that it makes, and ends with the
		// process
		if (MongoServers.isReplicaSet()) {
			mongo.database().drop();
		}
	}

	@Property(shrinking = ShrinkingMode.BOUNDED)
	void upThenDownIsTheIdentityAndTwiceOrInterruptedIsOnce(@ForAll("sequences") List<Sequence> sequences)
			throws InterruptedException {
		playAll(sequences, Play::check);
	}

	@Property(tries = 25, shrinking = ShrinkingMode.BOUNDED)
	void nothingThatAnApplicationWritesMeanwhileIsLost(@ForAll("sequences") List<Sequence> sequences)
			throws InterruptedException {
		playAll(sequences, Play::checkWithApplication);
	}

	private static void playAll(List<Sequence> sequences, Function<Play, Outcome> check) throws InterruptedException {
		List<Callable<Outcome>> plays = new ArrayList<>();
		for (Sequence sequence : sequences) {
			int database = plays.size();
			plays.add(() -> play(sequence, database, check));
		}
		List<Future<Outcome>> outcomes = EXECUTOR.invokeAll(plays);
		for (int i = 0; i < outcomes.size(); i++) {
			try {
				Statistics.collect(outcomes.get(i).get());
			}
			catch (ExecutionException ex) {
				throw new AssertionError("Sequence %d of these: %s".formatted(i + 1, ex.getCause().getMessage()),
						ex.getCause());
			}
		}
	}

	private static Outcome play(Sequence sequence, int database, Function<Play, Outcome> check) {
		MongoTestDatabase mongo = DATABASES[database];
		Play play = new Play(mongo, sequence, prepare(mongo, sequence));
		try {
			return check.apply(play);
		}
		finally {
			if (!DatabaseState.of(mongo).equals(play.original())) {
				drop(mongo);
				DATABASES[database] = TestDatabases.createMongo();
			}
		}
	}

	@Provide
	Arbitrary<List<Sequence>> sequences() {
		return Combinators
			.combine(RandomChanges.collections(), RandomChanges.changes(), RandomChanges.changes(),
					MongoServers.isReplicaSet() ? Arbitraries.of(true, false) : Arbitraries.just(false),
					Arbitraries.longs())
			.as(Sequence::new)
			.filter((sequence) -> sequence.changes().isRepeatable(sequence.transactions())
					&& sequence.edited().isRepeatable(sequence.transactions()))
			.filter((sequence) -> MongoServers.isReplicaSet() || !sequence.mixesUpIndexes())
			.list()
			.ofSize(AT_A_TIME);
	}

	// Most sequences end as they begin, so that the same collections can serve the next
	// one
	private static DatabaseState prepare(MongoTestDatabase mongo, Sequence sequence) {
		List<String> there = mongo.database().listCollectionNames().into(new ArrayList<>());
		for (String name : COLLECTIONS) {
			if (!there.contains(name)) {
				// Of its own name, as the in-memory server drops indexes of other
				// collections, too
				mongo.collection(name)
					.createIndex(Indexes.ascending("a"), new IndexOptions().name(name + "_by_a").sparse(true));
			}
			mongo.collection(name).deleteMany(new Document());
			List<BsonDocument> documents = sequence.documents().get(name);
			if (!documents.isEmpty()) {
				mongo.database().getCollection(name, BsonDocument.class).insertMany(documents);
			}
		}
		mongo.collection("migration_preimage").deleteMany(new Document());
		mongo.collection("logs").deleteMany(new Document());
		mongo.collection("logs").insertOne(new Document("_id", "count").append("n", 0));
		return DatabaseState.of(mongo);
	}

	/**
	 * A sequence on a database.
	 *
	 * @param mongo the database
	 * @param sequence the sequence
	 * @param original what was there before
	 */
	private record Play(MongoTestDatabase mongo, Sequence sequence, DatabaseState original) {

		Outcome check() {
			Attempts attempts = attempts(1);
			Interruption writes = Interruption.none();
			Outcome outcome = attempts.up(writes);
			if (writes.writes() == 0) {
				assertThat(DatabaseState.of(this.mongo)).as("refused").isEqualTo(this.original);
				return outcome;
			}
			DatabaseState made = DatabaseState.of(this.mongo);
			Interruption downWrites = Interruption.none();
			attempts.assertUndone(downWrites);

			Attempts twice = attempts(2);
			twice.upTwice();
			assertMade(outcome, made, "made twice");
			twice.assertUndone(Interruption.none());

			Random random = new Random(this.sequence.seed());
			Attempts interrupted = attempts(3);
			assertInterrupted(() -> interrupted.up(Interruption.at(1 + random.nextInt(writes.writes()), random)));
			assertThat(interrupted.up(Interruption.none())).as("outcome after an interruption").isEqualTo(outcome);
			assertMade(outcome, made, "made after an interruption");
			assertInterrupted(() -> interrupted.down(Interruption.at(1 + random.nextInt(downWrites.writes()), random)));
			interrupted.assertUndone(Interruption.none());
			checkEdited(outcome, made, Interruption.at(1 + random.nextInt(writes.writes()), random));
			return outcome;
		}

		private void checkEdited(Outcome outcome, DatabaseState made, Interruption interruption) {
			Attempts attempts = attempts(4);
			assertInterrupted(() -> attempts.up(interruption));
			Attempts edited = new Attempts(this.mongo, this.sequence, this.sequence.edited(), this.original, 4);
			if (edited.up(Interruption.none()) == Outcome.MADE) {
				edited.assertUndone(Interruption.none());
				return;
			}
			assertThat(attempts.up(Interruption.none())).as("outcome after it was put back").isEqualTo(outcome);
			assertMade(outcome, made, "made after it was put back");
			attempts.assertUndone(Interruption.none());
		}

		Outcome checkWithApplication() {
			Application application = new Application(this.mongo.database(), new Random(this.sequence.seed()));
			Attempts attempts = attempts(1);
			Outcome outcome = attempts.upMeanwhile(application);
			application.assertNothingLost(true, List.of());
			if (attempts.whyNoUndo().isEmpty()) {
				UndoResult result = attempts.down(Interruption.meanwhile(application::work));
				application.assertNothingLost(false, result.conflictExamples());
			}
			return outcome;
		}

		private Attempts attempts(long rank) {
			return new Attempts(this.mongo, this.sequence, this.sequence.changes(), this.original, rank);
		}

		// How far the server came before it failed is not determined
		private void assertMade(Outcome outcome, DatabaseState made, String when) {
			if (outcome != Outcome.FAILED) {
				assertThat(DatabaseState.of(this.mongo)).as(when).isEqualTo(made);
			}
		}

		private static void assertInterrupted(Runnable attempt) {
			try {
				attempt.run();
			}
			catch (Interruption.Interrupted ex) {
				return;
			}
			fail("The attempt was not interrupted");
		}

	}

	/**
	 * The attempts of one application.
	 *
	 * @param mongo the database
	 * @param sequence the sequence
	 * @param changes the changes
	 * @param original what was there before
	 * @param rank the rank of the first attempt
	 */
	private record Attempts(MongoTestDatabase mongo, Sequence sequence, ChangeSet changes, DatabaseState original,
			long rank) {

		private TestContext.Builder context(Interruption interruption) {
			return TestContext.on(this.mongo)
				.rank(this.rank)
				.transactions(this.sequence.transactions())
				.interruption(interruption);
		}

		Outcome up(Interruption interruption) {
			AtomicInteger before = new AtomicInteger();
			try {
				context(interruption).listener((what) -> before.set(interruption.writesOfChanges())).up(this.changes);
				return Outcome.MADE;
			}
			catch (ChangeRefusedException ex) {
				if (ex.getMessage().contains("is not finished")) {
					return Outcome.FAILED;
				}
				assertThat(interruption.writesOfChanges()).as(ex.getMessage()).isEqualTo(before.get());
				return Outcome.REFUSED;
			}
			catch (MongoException ex) {
				return failed(ex);
			}
		}

		// An attempt may give up because of what the application has done meanwhile
		Outcome upMeanwhile(Application application) {
			try {
				context(Interruption.meanwhile(application::work)).up(this.changes);
				return Outcome.MADE;
			}
			catch (ChangeRefusedException ex) {
				return Outcome.REFUSED;
			}
			catch (IllegalStateException ex) {
				assertThat(ex).hasMessageContaining("has come to have");
				return Outcome.FAILED;
			}
			catch (MongoException ex) {
				return failed(ex);
			}
		}

		Optional<String> whyNoUndo() {
			try (TestContext context = context(Interruption.none()).build()) {
				return this.changes.whyNoUndo(context.preimages(), context.key());
			}
		}

		void upTwice() {
			try {
				context(Interruption.none()).upTwice(this.changes);
			}
			catch (ChangeRefusedException ex) {
				// What is in the database tells whether that was right
			}
			catch (MongoException ex) {
				failed(ex);
			}
		}

		// A unique index among the changes may turn out to be in the way of later ones
		private static Outcome failed(MongoException ex) {
			int code = (ex instanceof MongoBulkWriteException bulk) ? bulk.getWriteErrors().get(0).getCode()
					: ex.getCode();
			if (ErrorCategory.fromErrorCode(code) != ErrorCategory.DUPLICATE_KEY) {
				throw ex;
			}
			return Outcome.FAILED;
		}

		UndoResult down(Interruption interruption) {
			return context(interruption).down(this.changes);
		}

		void assertUndone(Interruption interruption) {
			assertThat(down(interruption).conflictExamples()).isEmpty();
			assertThat(DatabaseState.of(this.mongo)).as("undone").isEqualTo(this.original);
		}

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
	 * @param edited what is made of them after an interruption
	 * @param transactions whether the attempts have transactions
	 * @param seed decides where they are interrupted
	 */
	record Sequence(Map<String, List<BsonDocument>> documents, ChangeSet changes, ChangeSet edited,
			boolean transactions, long seed) {

		// The in-memory server mixes up indexes of one name in several collections
		boolean mixesUpIndexes() {
			List<String> kinds = Stream.concat(this.changes.changes().stream(), this.edited.changes().stream())
				.map(Change::kind)
				.toList();
			return kinds.contains("renameCollection") && kinds.contains("createIndex");
		}

		@Override
		public String toString() {
			return "%s\n%s\nedited: %s\ntransactions: %s, seed: %d".formatted(this.documents, this.changes.toJson(),
					this.edited.toJson(), this.transactions, this.seed);
		}

	}

}
