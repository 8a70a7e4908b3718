package io.gemforce.migrations.report;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.MigrationEntry;

/**
 * Everything about one migration.
 *
 * @param script the file or class
 * @param attemptsList the attempts, the oldest first
 * @param progress absent unless it runs in this instance
 */
@JsonPropertyOrder({ "store", "item", "script", "location", "checksums", "attemptsList", "error", "progress" })
public record MigrationReport(String store, @JsonUnwrapped HistoryReport.Item item, @Nullable String script,
		@Nullable String location, Checksums checksums, List<Execution> attemptsList,
		@Nullable Progress progress) implements Report {

	@Override
	public String template() {
		return "migration";
	}

	@Override
	public String describe() {
		HistoryReport.Subject subject = this.item.subject();
		return "migration %s of %s (%s): %s%s".formatted(subject.id(), this.store, subject.description(),
				this.item.status().state(),
				this.attemptsList.stream().map((attempt) -> "\n" + describe(attempt)).collect(Collectors.joining()));
	}

	private static String describe(Execution attempt) {
		Instant startedAt = attempt.timing().startedAt();
		String user = attempt.origin().user();
		return "%d %s %s".formatted(attempt.rank(), attempt.status().direction(), attempt.status().state())
				+ ((startedAt != null) ? ", " + startedAt : "") + ((user != null) ? ", by " + user : "")
				+ ((attempt.error() != null) ? ": " + attempt.error().message() : "");
	}

	@Override
	public boolean changesSoon() {
		return this.item.status().state() == MigrationState.RUNNING || this.progress != null;
	}

	static MigrationReport of(StoreName store, MigrationEntry entry, List<Execution> executions,
			@Nullable Progress progress) {
		return new MigrationReport(store.id(), HistoryReport.Item.of(entry, executions), entry.descriptor().script(),
				entry.location(), Checksums.of(entry), executions, progress);
	}

	/**
	 * Return why the newest attempt failed.
	 */
	@JsonProperty
	public @Nullable ExecutionError error() {
		return this.attemptsList.isEmpty() ? null : this.attemptsList.get(this.attemptsList.size() - 1).error();
	}

	/**
	 * Progress of a migration that runs in this instance.
	 *
	 * @param step the number of the migration in the run
	 * @param elapsedMs time since the run began with the store
	 */
	public record Progress(String runId, int step, long elapsedMs) {

	}

	/**
	 * Checksums of a migration.
	 *
	 * @param match whether they are the same, absent if one is not known
	 */
	public record Checksums(@Nullable String applied, @Nullable String resolved, @Nullable Boolean match) {

		static Checksums of(MigrationEntry entry) {
			String applied = entry.recorded().checksum();
			String resolved = entry.inBuild() ? entry.descriptor().checksum() : null;
			return new Checksums(applied, resolved,
					(applied != null && resolved != null) ? Objects.equals(applied, resolved) : null);
		}

	}

}
