package io.gemforce.migrations.report;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Undo;

/**
 * Everything about one migration: what {@link HistoryReport.Item} says, and more.
 *
 * @param script the file or class
 * @param attemptsList the attempts, the oldest first
 * @param progress absent unless it runs in this instance
 */
public record MigrationReport(String store, String id, @Nullable Long rank, @Nullable String version,
		String description, @Nullable MigrationType type, Phase phase, MigrationState state,
		@Nullable String engineState, @Nullable String checksum, @Nullable Boolean transactional,
		@Nullable Instant startedAt, @Nullable Instant finishedAt, @Nullable Long durationMs, @Nullable String user,
		@Nullable String host, @Nullable String applicationVersion, @Nullable String runId, int attempts, Undo undo,
		List<String> requires, List<String> blockedBy, @Nullable String script, @Nullable String location,
		Checksums checksums, List<Execution> attemptsList, @Nullable ExecutionError error,
		@Nullable Progress progress) implements Report {

	@Override
	public String template() {
		return "migration";
	}

	static MigrationReport of(StoreName store, MigrationEntry entry, List<Execution> executions,
			@Nullable Progress progress) {
		HistoryReport.Item item = HistoryReport.Item.of(entry, executions);
		ExecutionError error = executions.isEmpty() ? null : executions.get(executions.size() - 1).error();
		return new MigrationReport(store.id(), item.id(), item.rank(), item.version(), item.description(), item.type(),
				item.phase(), item.state(), item.engineState(), item.checksum(), item.transactional(), item.startedAt(),
				item.finishedAt(), item.durationMs(), item.user(), item.host(), item.applicationVersion(), item.runId(),
				item.attempts(), item.undo(), item.requires(), item.blockedBy(), entry.script(), entry.location(),
				Checksums.of(entry), executions, error, progress);
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
			String applied = entry.appliedChecksum();
			String resolved = entry.resolvedChecksum();
			return new Checksums(applied, resolved,
					(applied != null && resolved != null) ? Objects.equals(applied, resolved) : null);
		}

	}

}
