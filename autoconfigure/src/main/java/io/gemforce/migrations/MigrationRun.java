package io.gemforce.migrations;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * One coordinated pass over the stores.
 *
 * @param id the unique name of the run
 * @param trigger what began it
 * @param startedAt when it began
 * @param application the instance that runs it
 * @param listener told how the run goes
 */
public record MigrationRun(String id, Trigger trigger, Instant startedAt, ApplicationInstance application,
		MigrationListener listener) {

	/**
	 * Begin a run now that no listener is told about, as a rehearsal.
	 * @param trigger what begins it
	 * @param application the instance that runs it
	 * @return the run, with an id of its own
	 */
	public static MigrationRun begin(Trigger trigger, ApplicationInstance application) {
		return begin(trigger, application, new MigrationListeners(List::of));
	}

	/**
	 * Begin a run now.
	 * @param trigger what begins it
	 * @param application the instance that runs it
	 * @param listener told how the run goes
	 * @return the run, with an id of its own
	 */
	public static MigrationRun begin(Trigger trigger, ApplicationInstance application, MigrationListener listener) {
		return new MigrationRun(UUID.randomUUID().toString(), trigger, Instant.now(), application, listener);
	}

}
