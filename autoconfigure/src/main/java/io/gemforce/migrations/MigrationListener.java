package io.gemforce.migrations;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Told how runs go. Every bean of this type is told, in order; those that were told first
 * that something began are told last that it ended.
 * <p>
 * It is called on the thread that does the work, during the work, so it has to return
 * soon. It must not use the stores. Nothing that it throws touches a migration.
 */
public interface MigrationListener {

	/**
	 * A run begins, before the first store is looked at.
	 * @param run the run
	 */
	default void runBegan(MigrationRun run) {
	}

	/**
	 * A run begins to work on a store.
	 * @param run the run
	 * @param store the store
	 */
	default void storeBegan(MigrationRun run, StoreName store) {
	}

	/**
	 * A run waits no longer for the lock of a store.
	 * @param run the run
	 * @param wait how long it waited, and what came of it
	 */
	default void lockWaited(MigrationRun run, LockWait wait) {
	}

	/**
	 * The execution of a migration begins.
	 * @param execution the execution
	 */
	default void executionBegan(ExecutionStart execution) {
	}

	/**
	 * The execution of a migration has ended.
	 * @param execution the execution
	 * @param end how it ended
	 */
	default void executionEnded(ExecutionStart execution, ExecutionEnd end) {
	}

	/**
	 * A problem stops a run.
	 * @param run the run
	 * @param problem the problem
	 */
	default void problemFound(MigrationRun run, Problem problem) {
	}

	/**
	 * A run has done its work on a store, or has failed.
	 * @param run the run
	 * @param store the store
	 * @param result what it did, {@code null} if it failed
	 * @param failure why it failed, {@code null} if it did not
	 */
	default void storeEnded(MigrationRun run, StoreName store, @Nullable StoreResult result,
			@Nullable RuntimeException failure) {
	}

	/**
	 * A run has ended.
	 * @param run the run
	 * @param results what it did to each store, in order
	 * @param failure what ended it, {@code null} if it went through
	 */
	default void runEnded(MigrationRun run, List<StoreResult> results, @Nullable RuntimeException failure) {
	}

	/**
	 * An operator's change of what is recorded was done, or refused, or has failed.
	 * @param run the run that did it
	 * @param store the store
	 * @param operation what was to be done
	 * @param failure why it was not done, {@code null} if it was
	 */
	default void operationEnded(MigrationRun run, StoreName store, Operation operation,
			@Nullable RuntimeException failure) {
	}

}
