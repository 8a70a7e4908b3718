package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.store.Recorded;

/**
 * What the history says about one version, with its rows by ascending rank.
 */
record VersionHistory(Version version, List<HistoryRow> rows) {

	static SortedMap<Version, VersionHistory> byVersion(List<HistoryRow> rows) {
		Map<Version, List<HistoryRow>> grouped = new TreeMap<>();
		for (HistoryRow row : rows) {
			if (row.version() != null) {
				grouped.computeIfAbsent(row.version(), (version) -> new ArrayList<>()).add(row);
			}
		}
		SortedMap<Version, VersionHistory> histories = new TreeMap<>();
		grouped.forEach((version, ofVersion) -> histories.put(version, new VersionHistory(version, ofVersion)));
		return histories;
	}

	// Undone and not applied since; null if there is none
	static @Nullable Version newestRolledBack(Collection<VersionHistory> recorded) {
		return recorded.stream()
			.filter((past) -> past.state() == MigrationState.ROLLED_BACK)
			.map(VersionHistory::version)
			.max(Comparator.naturalOrder())
			.orElse(null);
	}

	// The newest row that applied it; null if there is none or it was rolled back since
	@Nullable HistoryRow applied() {
		HistoryRow applied = null;
		for (HistoryRow row : this.rows) {
			switch (row.state()) {
				case APPLIED -> applied = row;
				case ROLLED_BACK -> applied = null;
				default -> {
				}
			}
		}
		return applied;
	}

	// The rank of the first attempt, which its pre-images are kept under
	@Nullable Long appliedCycle() {
		return new Cycles(this.rows).applied();
	}

	// The attempt that the version is applied by, whatever was recorded of it later
	@Nullable HistoryRow application() {
		return new Cycles(this.rows).application();
	}

	// The rank of the first attempt since the version was not applied
	@Nullable Long unfinishedCycle() {
		return new Cycles(this.rows).unfinished();
	}

	boolean isApplied() {
		return applied() != null;
	}

	/**
	 * Return the newest row, if it was interrupted, or failed without a rollback that was
	 * observed. A row that ran in a transaction is closed as failed only after the
	 * transaction has ended without it.
	 */
	@Nullable HistoryRow unfinished() {
		if (this.rows.isEmpty() || (isApplied() && !isUndoUnfinished())) {
			return null;
		}
		return switch (newest().state()) {
			case INTERRUPTED -> newest();
			case FAILED -> newest().transactional() ? null : newest();
			default -> null;
		};
	}

	HistoryRow newest() {
		return this.rows.get(this.rows.size() - 1);
	}

	Recorded recorded(@Nullable String appliedChecksum) {
		HistoryRow newest = this.rows.isEmpty() ? null : newest();
		return new Recorded((newest != null) ? newest.rank() : null, this.rows.stream().map(HistoryRow::rank).toList(),
				(newest != null) ? newest.direction() : null, appliedChecksum);
	}

	// Stays applied until it is undone, whatever attempts a late runner records
	MigrationState state() {
		if (this.rows.isEmpty()) {
			return MigrationState.PENDING;
		}
		HistoryRow applied = applied();
		if (applied == null || newest().isOpen() || isUndoUnfinished()) {
			return newest().state();
		}
		return (applied.descriptor().type() == MigrationType.BASELINE) ? MigrationState.BASELINE
				: MigrationState.APPLIED;
	}

	boolean isUndoUnfinished() {
		return !this.rows.isEmpty() && newest().direction() == Direction.DOWN && switch (newest().state()) {
			case FAILED, INTERRUPTED -> true;
			default -> false;
		};
	}

	private static final class Cycles {

		private @Nullable Long begun;

		private @Nullable HistoryRow application;

		private Cycles(List<HistoryRow> rows) {
			rows.forEach(this::add);
		}

		private void add(HistoryRow row) {
			if (row.state() == MigrationState.ROLLED_BACK) {
				this.begun = null;
				this.application = null;
			}
			else if (row.direction() == Direction.UP && this.application == null) {
				this.begun = (this.begun != null) ? this.begun : Long.valueOf(row.rank());
				if (row.state() == MigrationState.APPLIED) {
					this.application = row;
				}
			}
		}

		private @Nullable HistoryRow application() {
			return this.application;
		}

		private @Nullable Long applied() {
			return (this.application != null) ? this.begun : null;
		}

		private @Nullable Long unfinished() {
			return (this.application == null) ? this.begun : null;
		}

	}

}
