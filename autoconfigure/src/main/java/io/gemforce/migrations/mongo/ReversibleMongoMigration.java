package io.gemforce.migrations.mongo;

/**
 * A {@link MongoMigration} that can be undone.
 */
public interface ReversibleMongoMigration extends MongoMigration {

	/**
	 * Undo what {@link #up(MongoMigrationContext)} did. May be called more than once.
	 * @param mongo gives access to the database; what is done through it takes part in
	 * the migration's transaction
	 * @throws Exception if the migration could not be undone
	 */
	void down(MongoMigrationContext mongo) throws Exception;

}
