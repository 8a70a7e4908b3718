package io.gemforce.migrations.report;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.store.Undo;

/**
 * A page of a store's migrations, what is pending first, then the newest.
 */
public record HistoryReport(String store, StoreStatus status, Page page, List<Item> migrations) implements Report {

	@Override
	public String template() {
		return "history";
	}

	/**
	 * Place of a page.
	 *
	 * @param total how many migrations match the query
	 * @param nextBefore what to ask for to get the next page, absent if this is the last
	 */
	public record Page(int size, int total, @Nullable Long nextBefore) {

	}

	/**
	 * A migration, with its newest attempt.
	 *
	 * @param engineState the state in the words of the engine
	 * @param checksum the checksum when it was applied, or that of the build
	 * @param blockedBy the required migrations that are not applied
	 */
	public record Item(String id, @Nullable Long rank, @Nullable String version, String description,
			@Nullable MigrationType type, Phase phase, MigrationState state, @Nullable String engineState,
			@Nullable String checksum, @Nullable Boolean transactional, @Nullable Instant startedAt,
			@Nullable Instant finishedAt, @Nullable Long durationMs, @Nullable String user, @Nullable String host,
			@Nullable String applicationVersion, @Nullable String runId, int attempts, Undo undo, List<String> requires,
			List<String> blockedBy) {

		static Item of(MigrationEntry entry, List<Execution> executions) {
			String checksum = (entry.appliedChecksum() != null) ? entry.appliedChecksum() : entry.resolvedChecksum();
			if (executions.isEmpty()) {
				return new Item(entry.id(), entry.rank(), entry.version(), entry.description(), entry.type(),
						entry.phase(), entry.state(), entry.engineState(), checksum, null, null, null, null, null, null,
						null, null, 0, entry.undo(), entry.requires(), entry.blockedBy());
			}
			Execution newest = executions.get(executions.size() - 1);
			return new Item(entry.id(), entry.rank(), entry.version(), entry.description(), entry.type(), entry.phase(),
					entry.state(), entry.engineState(), checksum, newest.transactional(), newest.startedAt(),
					newest.finishedAt(), newest.durationMs(), newest.user(), newest.host(), newest.applicationVersion(),
					newest.runId(), executions.size(), entry.undo(), entry.requires(), entry.blockedBy());
		}

	}

}
