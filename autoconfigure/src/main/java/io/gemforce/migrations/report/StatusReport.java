package io.gemforce.migrations.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.run.MigrationMode;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationCounts;
import io.gemforce.migrations.store.StoreStatus;

/**
 * All stores at a glance.
 *
 * @param status the worst status of a store
 * @param mode what the service does about its migrations when it starts
 * @param application the instance that answers
 * @param snapshot how old the answer is
 * @param run what the instance is at work on, or was last, absent if it has never run
 * anything
 * @param problems what is wrong, or should be looked at
 * @param stores the stores, by name
 */
public record StatusReport(StoreStatus status, MigrationMode mode, Application application, Snapshot snapshot,
		@Nullable Run run, List<ProblemReport> problems, Map<String, Store> stores) implements Report {

	@Override
	public String template() {
		return "status";
	}

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
	 * A run of the instance that answers.
	 *
	 * @param id the id of the run
	 * @param trigger what began it
	 * @param state whether it goes on, and what it came to
	 * @param startedAt when it began
	 * @param elapsedMs how long it has been going on, or took, in milliseconds
	 * @param store the store that it is at work on, or was last
	 * @param migration the migration that it is at work on, or was last
	 * @param step the number of that migration in the run
	 * @param steps how many migrations it will have executed at the end, absent if that
	 * is not known
	 * @param message what it came to, absent while it goes on
	 */
	public record Run(String id, Trigger trigger, RunState state, Instant startedAt, long elapsedMs, String store,
			@Nullable String migration, @Nullable Integer step, @Nullable Integer steps, @Nullable String message) {

		@JsonIgnore
		public boolean isRunning() {
			return this.state == RunState.RUNNING;
		}

		/**
		 * Return how many migrations the run has finished.
		 */
		int finishedSteps() {
			return (this.step != null) ? this.step - 1 : 0;
		}

	}

	/**
	 * Whether a run goes on, and what it came to.
	 */
	public enum RunState {

		/**
		 * It goes on.
		 */
		RUNNING,

		/**
		 * It went through.
		 */
		DONE,

		/**
		 * Something ended it.
		 */
		FAILED

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
	 * @param hold what a rollback has decided, absent if there is nothing of the kind
	 */
	public record Store(String type, @Nullable String engine, boolean enabled, StoreStatus status,
			@Nullable String currentVersion, @Nullable String latestVersion, MigrationCounts counts,
			@Nullable LastApplied lastApplied, Lock lock, @Nullable Held hold) {

		/**
		 * Return how many migrations are in a state that is worth a word.
		 */
		List<Count> notable() {
			return Stream
				.of(new Count(this.counts.running(), "running"), new Count(this.counts.failed(), "failed"),
						new Count(this.counts.future(), "newer than this build"),
						new Count(this.counts.missing(), "missing"), new Count(this.counts.outdated(), "outdated"),
						new Count(this.counts.held(), "held back"))
				.filter((count) -> count.number() > 0)
				.toList();
		}

		/**
		 * A number of migrations.
		 *
		 * @param number how many there are
		 * @param what the state that they are in
		 */
		record Count(int number, String what) {

		}

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

	/**
	 * A decision not to run a store past a version.
	 *
	 * @param version the version
	 * @param reason why
	 * @param user who decided it
	 * @param since when
	 */
	public record Held(String version, @Nullable String reason, @Nullable String user, Instant since) {

		static Held of(Hold hold) {
			return new Held(hold.version().toString(), hold.reason(), hold.user(), hold.since());
		}

	}

}
