package io.gemforce.migrations.mongo.engine;

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

	private static final TransactionOptions TRANSACTION = TransactionOptions.builder()
		.readConcern(ReadConcern.SNAPSHOT)
		.writeConcern(WriteConcern.MAJORITY)
		.readPreference(ReadPreference.primary())
		.build();

	private final @Nullable ClientSession session;

	private final MongoDatabaseFactory factory;

	private final MigrationHistory history;

	private final MigrationHolds holds;

	RunnerSession(MongoAccess access) {
		this.session = access.startSession();
		this.factory = (this.session != null) ? access.factory().withSession(this.session) : access.factory();
		this.history = access.history(this.factory);
		this.holds = access.holds(this.factory);
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

	/**
	 * Whether a transaction is open.
	 * @return whether what is done is part of one
	 */
	boolean isInTransaction() {
		return this.session != null && this.session.hasActiveTransaction();
	}

	/**
	 * Return the id of the session, by which another runner could end it.
	 * @return the id, {@code null} if there is no session
	 */
	@Nullable BsonDocument id() {
		return (this.session != null) ? this.session.getServerSession().getIdentifier() : null;
	}

	void startTransaction() {
		required().startTransaction(TRANSACTION);
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
