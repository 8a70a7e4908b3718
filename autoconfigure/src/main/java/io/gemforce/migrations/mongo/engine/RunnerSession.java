package io.gemforce.migrations.mongo.engine;

import java.util.concurrent.TimeUnit;

import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mongodb.MongoDatabaseFactory;

import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.history.MigrationHolds;

/**
 * The one causally consistent session that a runner works in, or none where the
 * deployment has no sessions. What is done through {@link #factory()} and
 * {@link #history()} belongs to the session and to its transaction.
 */
final class RunnerSession implements AutoCloseable {

	private final TransactionOptions transaction;

	private final @Nullable ClientSession session;

	private final MongoDatabaseFactory factory;

	private final MigrationHistory history;

	private final MigrationHolds holds;

	RunnerSession(MongoAccess access) {
		this.session = access.startSession();
		this.transaction = transaction(access.hasTimeout());
		this.factory = (this.session != null) ? access.factory().withSession(this.session) : access.factory();
		this.history = access.history(this.factory);
		this.holds = access.holds(this.factory);
	}

	// The application's limit of time is one for its requests; the server has its own for
	// transactions
	private static TransactionOptions transaction(boolean limited) {
		return TransactionOptions.builder()
			.readConcern(ReadConcern.SNAPSHOT)
			.writeConcern(WriteConcern.MAJORITY)
			.readPreference(ReadPreference.primary())
			.timeout(limited ? 0L : null, TimeUnit.MILLISECONDS)
			.build();
	}

	MongoDatabaseFactory factory() {
		return this.factory;
	}

	MigrationHistory history() {
		return this.history;
	}

	MigrationHolds holds() {
		return this.holds;
	}

	@Nullable ClientSession session() {
		return this.session;
	}

	boolean isInTransaction() {
		return this.session != null && this.session.hasActiveTransaction();
	}

	// Another runner can end the session by it
	@Nullable BsonDocument id() {
		return (this.session != null) ? this.session.getServerSession().getIdentifier() : null;
	}

	void startTransaction() {
		required().startTransaction(this.transaction);
	}

	void commitTransaction() {
		required().commitTransaction();
	}

	void abortTransaction() {
		if (required().hasActiveTransaction()) {
			required().abortTransaction();
		}
	}

	private ClientSession required() {
		if (this.session == null) {
			throw new IllegalStateException("The deployment has no sessions");
		}
		return this.session;
	}

	@Override
	public void close() {
		if (this.session != null) {
			this.session.close();
		}
	}

}
