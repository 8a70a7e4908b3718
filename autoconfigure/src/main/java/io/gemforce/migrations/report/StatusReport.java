package io.gemforce.migrations.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.run.MigrationMode;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationCounts;
import io.gemforce.migrations.store.StoreOverview;
import io.gemforce.migrations.store.StoreStatus;

/**
 * All stores at a glance.
 *
 * @param status the worst status of a store
 * @param run the current run of the instance, or the last; absent if there was none
 */
public record StatusReport(StoreStatus status, MigrationMode mode, Application application, Snapshot snapshot,
		@Nullable Run run, List<ProblemReport> problems, Map<String, Store> stores) implements Report {

	@Override
	public String template() {
		return "status";
	}

	@Override
	public String describe() {
		StringBuilder text = new StringBuilder("migrations status: %s".formatted(this.status));
		this.stores.forEach((name, store) -> text.append("\n%s: %s".formatted(name, store.describe())));
		this.problems.forEach((problem) -> text.append('\n').append(problem.describe()));
		return text.toString();
	}

	@Override
	public boolean changesSoon() {
		return this.status.changesSoon() || (this.run != null && this.run.isRunning());
	}

	/**
	 * The instance that answers.
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
	 */
	public record Snapshot(Instant takenAt, long ageMs) {

	}

	/**
	 * A run of the instance that answers. Store and migration are the current or the
	 * last.
	 *
	 * @param message the result, absent while it goes on
	 */
	public record Run(String id, Trigger trigger, RunState state, Instant startedAt, long elapsedMs,
			@JsonUnwrapped Position position, @Nullable String message) {

		@JsonIgnore
		public boolean isRunning() {
			return this.state == RunState.RUNNING;
		}

	}

	/**
	 * How far a run has come.
	 *
	 * @param step the number of the migration in the run
	 * @param steps how many migrations it will have executed at the end, absent if that
	 * is not known
	 */
	public record Position(String store, @Nullable String migration, @Nullable Integer step, @Nullable Integer steps) {

		int finishedSteps() {
			return (this.step != null) ? this.step - 1 : 0;
		}

	}

	/**
	 * State of a run.
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
	 * @param hold the decision of a rollback that is in force, absent if there is none
	 */
	@JsonPropertyOrder({ "type", "engine", "enabled" })
	public record Store(String type, @Nullable String engine, StoreStatus status, @JsonUnwrapped StoreOverview overview,
			@Nullable LastApplied lastApplied, Lock lock, @Nullable Held hold) {

		@JsonProperty
		public boolean enabled() {
			return this.status != StoreStatus.DISABLED;
		}

		private String describe() {
			MigrationCounts counts = this.overview.counts();
			return "%s%s, %d applied, %d pending, %d failed%s%s".formatted(this.status,
					(this.overview.currentVersion() != null) ? ", version " + this.overview.currentVersion() : "",
					counts.applied(), counts.pending(), counts.notable().failed(),
					this.lock.held() ? ", locked by " + this.lock.owner() : "",
					(this.hold != null) ? ", held at version " + this.hold.version() : "");
		}

		// Counts other than zero
		List<Count> notable() {
			MigrationCounts.Notable notable = this.overview.counts().notable();
			return Stream
				.of(new Count(notable.running(), "running"), new Count(notable.failed(), "failed"),
						new Count(notable.future(), "newer than this build"), new Count(notable.missing(), "missing"),
						new Count(notable.outdated(), "outdated"), new Count(notable.held(), "held back"))
				.filter((count) -> count.number() > 0)
				.toList();
		}

		record Count(int number, String what) {

		}

	}

	/**
	 * The newest execution that applied something.
	 */
	public record LastApplied(String id, String description, @Nullable Instant finishedAt, @Nullable Long durationMs,
			@Nullable String user, @Nullable String host, @Nullable String applicationVersion) {

	}

	/**
	 * A lock.
	 *
	 * @param mine whether this instance holds it
	 */
	public record Lock(boolean held, boolean mine, @Nullable String owner, @Nullable Instant since,
			@Nullable Long ageMs, @Nullable String doing) {

	}

	/**
	 * A decision not to run a store past a version.
	 */
	public record Held(String version, @Nullable String reason, @Nullable String user, Instant since) {

		static Held of(Hold hold) {
			return new Held(hold.version().toString(), hold.reason(), hold.user(), hold.since());
		}

	}

}
