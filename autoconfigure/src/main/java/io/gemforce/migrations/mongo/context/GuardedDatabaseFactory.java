package io.gemforce.migrations.mongo.context;

import java.util.concurrent.TimeUnit;

import com.mongodb.ClientSessionOptions;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import org.bson.codecs.configuration.CodecRegistry;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.data.mongodb.MongoDatabaseFactory;

/**
 * Gives out databases that write with majority, read from the primary, and are guarded.
 */
public final class GuardedDatabaseFactory implements MongoDatabaseFactory {

	private final MongoDatabaseFactory delegate;

	private final OperationGuard guard;

	private final boolean hasSession;

	public GuardedDatabaseFactory(MongoDatabaseFactory delegate, OperationGuard guard) {
		this(delegate, guard, false);
	}

	private GuardedDatabaseFactory(MongoDatabaseFactory delegate, OperationGuard guard, boolean hasSession) {
		this.delegate = delegate;
		this.guard = guard;
		this.hasSession = hasSession;
	}

	@Override
	public MongoDatabase getMongoDatabase() {
		return guarded(this.delegate.getMongoDatabase());
	}

	@Override
	public MongoDatabase getMongoDatabase(String dbName) {
		return guarded(this.delegate.getMongoDatabase(dbName));
	}

	private MongoDatabase guarded(MongoDatabase original) {
		MongoDatabase database = patient(
				original.withWriteConcern(WriteConcern.MAJORITY).withReadPreference(ReadPreference.primary()));
		return this.hasSession ? this.guard.guardWithSession(database) : this.guard.guard(database);
	}

	// The application's limit is one for its requests. In a transaction that of the
	// session holds, and a driver refuses another one
	private MongoDatabase patient(MongoDatabase database) {
		boolean limited = database.getTimeout(TimeUnit.MILLISECONDS) != null;
		return (limited && !this.hasSession && !this.guard.isTransactional())
				? database.withTimeout(0, TimeUnit.MILLISECONDS) : database;
	}

	@Override
	public PersistenceExceptionTranslator getExceptionTranslator() {
		return this.delegate.getExceptionTranslator();
	}

	@Override
	public CodecRegistry getCodecRegistry() {
		return this.delegate.getCodecRegistry();
	}

	@Override
	public ClientSession getSession(ClientSessionOptions options) {
		return this.delegate.getSession(options);
	}

	@Override
	public MongoDatabaseFactory withSession(ClientSession session) {
		return new GuardedDatabaseFactory(this.delegate.withSession(session), this.guard, true);
	}

	@Override
	public boolean isTransactionActive() {
		return this.hasSession ? this.delegate.isTransactionActive() : this.guard.isTransactional();
	}

}
