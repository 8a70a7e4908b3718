package io.gemforce.migrations.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationCounts;
import io.gemforce.migrations.MigrationMode;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreStatus;

/**
 * All stores at a glance.
 *
 * @param status the worst status of a store
 * @param mode what the service does about its migrations when it starts
 * @param application the instance that answers
 * @param snapshot how old the answer is
 * @param problems what is wrong, or should be looked at
 * @param stores the stores, by name
 */
public record StatusReport(StoreStatus status, MigrationMode mode, Application application, Snapshot snapshot,
		List<Problem> problems, Map<String, Store> stores) {

	/**
	 * The instance that answers.
	 *
	 * @param name the name of the service
	 * @param version the version of the build
	 * @param instance the host
	 */
	public record Application(String name, @Nullable String version, String instance) {

		static Application of(ApplicationInstance application) {
			return new Application(application.name(), application.version(), application.host());
		}

	}

	/**
	 * Age of an answer.
	 *
	 * @param takenAt when the oldest part of it was read
	 * @param ageMs how long ago that was, in milliseconds
	 */
	public record Snapshot(Instant takenAt, long ageMs) {

	}

	/**
	 * A store at a glance.
	 *
	 * @param type the kind of database
	 * @param engine what runs its migrations
	 * @param enabled whether it is switched on
	 * @param status its status
	 * @param currentVersion the newest version that is applied
	 * @param latestVersion the newest version that the build has
	 * @param counts its migrations by state
	 * @param lastApplied the newest execution that applied something
	 * @param lock who holds its lock
	 */
	public record Store(String type, @Nullable String engine, boolean enabled, StoreStatus status,
			@Nullable String currentVersion, @Nullable String latestVersion, MigrationCounts counts,
			@Nullable LastApplied lastApplied, Lock lock) {

	}

	/**
	 * An execution that applied something.
	 *
	 * @param id the migration
	 * @param description its description
	 * @param finishedAt when it ended
	 * @param durationMs how long it took, in milliseconds
	 * @param user the user who executed it
	 * @param host the host that it ran on
	 * @param applicationVersion the version of the service that executed it
	 */
	public record LastApplied(String id, String description, @Nullable Instant finishedAt, @Nullable Long durationMs,
			@Nullable String user, @Nullable String host, @Nullable String applicationVersion) {

	}

	/**
	 * A lock.
	 *
	 * @param held whether anybody holds it
	 * @param mine whether this instance does
	 * @param owner the holder
	 * @param since when the holder acquired it
	 * @param ageMs how long ago that was, in milliseconds
	 * @param doing what the holder is doing
	 */
	public record Lock(boolean held, boolean mine, @Nullable String owner, @Nullable Instant since,
			@Nullable Long ageMs, @Nullable String doing) {

	}

}
