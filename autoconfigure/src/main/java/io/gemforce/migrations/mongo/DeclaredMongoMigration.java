package io.gemforce.migrations.mongo;

/**
 * A migration of MongoDB that declares its changes instead of making them, marked with
 * {@link Migration @Migration}. From the changes follow the undo, the plan, the checksum,
 * and that the migration can be executed again after an interruption.
 */
public interface DeclaredMongoMigration {

	/**
	 * Declare the changes, in the order in which they are to be made. Must declare the
	 * same changes whenever it is called, and do nothing else: it is also called to show
	 * a plan.
	 * @param changes takes the changes
	 */
	void changes(MongoChanges changes);

}
