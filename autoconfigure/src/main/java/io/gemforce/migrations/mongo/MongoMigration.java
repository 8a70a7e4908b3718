package io.gemforce.migrations.mongo;

/**
 * A migration of MongoDB, marked with {@link Migration @Migration}.
 */
public interface MongoMigration {

	/**
	 * Apply the migration. May be called more than once: again after a transient error,
	 * and by a later run after an attempt that did not finish.
	 * @param mongo gives access to the database; what is done through it takes part in
	 * the migration's transaction
	 * @throws Exception if the migration failed
	 */
	void up(MongoMigrationContext mongo) throws Exception;

}
