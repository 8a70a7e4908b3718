package io.gemforce.migrations.mongo.engine;

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
final class GuardedDatabaseFactory implements MongoDatabaseFactory {

	private final MongoDatabaseFactory delegate;

	private final OperationGuard guard;

	GuardedDatabaseFactory(MongoDatabaseFactory delegate, OperationGuard guard) {
		this.delegate = delegate;
		this.guard = guard;
	}

	@Override
	public MongoDatabase getMongoDatabase() {
		return guarded(this.delegate.getMongoDatabase());
	}

	@Override
	public MongoDatabase getMongoDatabase(String dbName) {
		return guarded(this.delegate.getMongoDatabase(dbName));
	}

	private MongoDatabase guarded(MongoDatabase database) {
		return this.guard
			.guard(database.withWriteConcern(WriteConcern.MAJORITY).withReadPreference(ReadPreference.primary()));
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
		return new GuardedDatabaseFactory(this.delegate.withSession(session), this.guard);
	}

	@Override
	public boolean isTransactionActive() {
		return this.delegate.isTransactionActive();
	}

}
