package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import com.mongodb.MongoException;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.change.contract.ChangeContext;
import io.gemforce.migrations.mongo.change.preimage.ApplyKey;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;

/**
 * The context of one attempt, as a runner makes it: everything goes through one session,
 * and takes part in the transaction that is open in it.
 */
public final class TestContext implements ChangeContext, AutoCloseable {

	private final MongoTestDatabase mongo;

	private final ClientSession session;

	private final MongoDatabaseFactory factory;

	private final boolean transactions;

	private final boolean conflicts;

	private final long rank;

	private final long limit;

	private final Interruption interruption;

	private final Consumer<String> listener;

	private final List<String> done = new ArrayList<>();

	private TestContext(Builder builder) {
		this.mongo = builder.mongo;
		this.transactions = builder.transactions;
		this.conflicts = builder.conflicts;
		this.rank = builder.rank;
		this.limit = builder.limit;
		this.interruption = builder.interruption;
		this.listener = builder.listener;
		SimpleMongoClientDatabaseFactory plain = new SimpleMongoClientDatabaseFactory(this.mongo.client(),
				this.mongo.name());
		this.session = MongoServers.isReplicaSet() ? this.mongo.client().startSession() : null;
		this.factory = (this.session != null) ? plain.withSession(this.session) : plain;
	}

	public static Builder on(MongoTestDatabase mongo) {
		return new Builder(mongo);
	}

	@Override
	public MongoDatabase database() {
		return this.interruption.watch(this.factory.getMongoDatabase().withWriteConcern(WriteConcern.MAJORITY));
	}

	@Override
	public MongoDatabase adminDatabase() {
		return this.interruption.watch(this.factory.getMongoDatabase("admin"));
	}

	@Override
	public MongoCollection<Document> preimages() {
		return database().getCollection("migration_preimage");
	}

	@Override
	public ApplyKey key() {
		return new ApplyKey(Version.parse("3").orElseThrow(), this.rank);
	}

	@Override
	public long preimageLimit() {
		return this.limit;
	}

	@Override
	public boolean hasTransactions() {
		return this.transactions;
	}

	@Override
	public void inTransaction(Work work) throws Exception {
		if (!this.transactions || this.session.hasActiveTransaction()) {
			work.run();
			return;
		}
		if (this.conflicts) {
			this.session.startTransaction();
			work.run();
			this.session.abortTransaction();
		}
		while (true) {
			this.session.startTransaction();
			this.interruption.transaction(true);
			try {
				work.run();
				this.interruption.commit(this.session);
				return;
			}
			catch (Exception ex) {
				if (this.session.hasActiveTransaction()) {
					this.session.abortTransaction();
				}
				if (!(ex instanceof MongoException failure)
						|| !failure.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
					throw ex;
				}
			}
			finally {
				this.interruption.transaction(false);
			}
		}
	}

	@Override
	public void doing(String what) {
		this.done.add(what);
		this.listener.accept(what);
	}

	/**
	 * Return what was done.
	 * @return the words that those get who look at the lock
	 */
	List<String> done() {
		return this.done;
	}

	@Override
	public void close() {
		if (this.session != null) {
			this.session.close();
		}
	}

	/**
	 * What a context is made of.
	 */
	public static final class Builder {

		private final MongoTestDatabase mongo;

		private boolean transactions = MongoServers.isReplicaSet();

		private boolean conflicts;

		private long rank = 7;

		private long limit = 100_000;

		private Interruption interruption = Interruption.none();

		private Consumer<String> listener = (what) -> {
		};

		private Builder(MongoTestDatabase mongo) {
			this.mongo = mongo;
		}

		public Builder withoutTransactions() {
			this.transactions = false;
			return this;
		}

		public Builder transactions(boolean transactions) {
			this.transactions = transactions;
			return this;
		}

		/**
		 * Let the first try of each transaction be in vain.
		 */
		public Builder conflicts() {
			this.conflicts = true;
			return this;
		}

		public Builder rank(long rank) {
			this.rank = rank;
			return this;
		}

		public Builder limit(long limit) {
			this.limit = limit;
			return this;
		}

		public Builder interruption(Interruption interruption) {
			this.interruption = interruption;
			return this;
		}

		Builder listener(Consumer<String> listener) {
			this.listener = listener;
			return this;
		}

		TestContext build() {
			return new TestContext(this);
		}

		/**
		 * Let an application do something once, before an operation on a collection of
		 * its own.
		 */
		public Builder before(String method, Runnable work) {
			AtomicBoolean done = new AtomicBoolean();
			return interruption(Interruption.meanwhile((collection, called) -> {
				if (called.equals(method) && !done.getAndSet(true)) {
					work.run();
				}
			}));
		}

		public void up(ChangeSet changes) {
			run((context) -> {
				new ChangeExecution(changes, context).up();
				return null;
			});
		}

		public void upTwice(ChangeSet changes) {
			run((context) -> {
				new ChangeExecution(changes, context).upTwice();
				return null;
			});
		}

		public UndoResult down(ChangeSet changes) {
			return run((context) -> new ChangeExecution(changes, context).down());
		}

		private <T> T run(Execution<T> execution) {
			try (TestContext context = build()) {
				return execution.run(context);
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * Something that is executed in a context.
	 *
	 * @param <T> the result
	 */
	private interface Execution<T> {

		T run(TestContext context) throws Exception;

	}

}
