package io.gemforce.migrations.store;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * What is seen of a store before any store is touched. Reads the store once, when it is
 * first asked, so that a run that goes on from here need not read it again.
 */
public interface StoreLook {

	StoreName store();

	/**
	 * Throw if something is known to be wrong that would stop a run.
	 */
	void check();

	/**
	 * Compare this build with the history, as far as it can be done now.
	 */
	Validation seen();

	/**
	 * Whether a run would change the store, so that other looks may be outdated.
	 */
	boolean hasWork();

	/**
	 * Compare this build with the history as it was read. The stores that come before
	 * this one are as this build needs them by now.
	 */
	Validation validate();

	/**
	 * Migrate the store, starting from what was read.
	 */
	StoreResult migrate(MigrationRun run, PlanGuard guard);

}
