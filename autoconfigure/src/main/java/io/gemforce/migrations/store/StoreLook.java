package io.gemforce.migrations.store;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * What is seen of a store before any store is touched. Reads the store once, when it is
 * asked for the first time, so that a run that goes on from here need not read it again.
 */
public interface StoreLook {

	StoreName store();

	/**
	 * Make sure that nothing is wrong that would stop a run, as far as it can be known
	 * now.
	 */
	void check();

	/**
	 * Compare this build with the history, as far as it can be done now.
	 */
	Validation seen();

	/**
	 * Whether a run would do more to the store than look at it.
	 * @return whether what was seen of other stores may be outdated after it
	 */
	boolean hasWork();

	/**
	 * Compare this build with the history as it was read. The stores that come before
	 * this one are as this build needs them by now.
	 * @return every migration with its state, and all problems
	 */
	Validation validate();

	/**
	 * Migrate the store, starting from what was read.
	 * @param guard asked under the lock before each migration
	 */
	StoreResult migrate(MigrationRun run, PlanGuard guard);

}
