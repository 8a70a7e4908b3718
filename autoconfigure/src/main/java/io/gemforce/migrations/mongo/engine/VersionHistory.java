package io.gemforce.migrations.mongo.engine;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.history.HistoryRow;

/**
 * What the history says about one version.
 *
 * @param version the version
 * @param rows its rows, by ascending rank
 */
record VersionHistory(Version version, List<HistoryRow> rows) {

	/**
	 * Return the row that the version is applied by.
	 * @return the newest row that applied it, {@code null} if there is none or if it was
	 * rolled back since
	 */
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

	boolean isApplied() {
		return applied() != null;
	}

	/**
	 * Return the row that the version was left unfinished by.
	 * @return the newest row, if it was interrupted, or failed without a rollback that
	 * was observed. A row that ran in a transaction can be closed as failed only after
	 * the transaction has ended without it
	 */
	@Nullable HistoryRow unfinished() {
		if (this.rows.isEmpty() || isApplied()) {
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

	@Nullable Long newestRank() {
		return this.rows.isEmpty() ? null : newest().rank();
	}

	List<Long> ranks() {
		return this.rows.stream().map(HistoryRow::rank).toList();
	}

	MigrationState state() {
		if (this.rows.isEmpty()) {
			return MigrationState.PENDING;
		}
		if (newest().isOpen()) {
			return MigrationState.RUNNING;
		}
		HistoryRow applied = applied();
		if (applied != null) {
			return (applied.type() == MigrationType.BASELINE) ? MigrationState.BASELINE : MigrationState.APPLIED;
		}
		return newest().state();
	}

}
