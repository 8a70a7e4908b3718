package io.gemforce.migrations.postgres.history;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;

/**
 * What the log says about a migration: the ranks of all attempts, ascending, and the
 * newest attempt.
 */
public record LogSummary(MigrationDescriptor descriptor, List<Long> ranks, MigrationState newest, Direction direction,
		boolean transactional, String application) {

	public String id() {
		return this.descriptor.id();
	}

	/**
	 * Whether an undo without a transaction may have left the migration undone in part.
	 * One that ended and could not be recorded does not count.
	 */
	public boolean isUndoUnfinished() {
		return this.direction == Direction.DOWN && !this.transactional && this.newest != MigrationState.ROLLED_BACK;
	}

	/**
	 * Whether the migration may be applied in part, as its script was interrupted.
	 */
	public boolean isUnfinished() {
		return !this.descriptor.isRepeatable() && this.direction == Direction.UP && !this.transactional
				&& (this.newest == MigrationState.INTERRUPTED || isRunning());
	}

	boolean isRunning() {
		return this.newest == MigrationState.RUNNING;
	}

	LogSummary interrupted() {
		return new LogSummary(this.descriptor, this.ranks, MigrationState.INTERRUPTED, this.direction,
				this.transactional, this.application);
	}

	static LogSummary from(ResultSet row) throws SQLException {
		Long[] ranks = (Long[]) row.getArray("ranks").getArray();
		return new LogSummary(
				MigrationDescriptor.of(row.getString("version"), row.getString("description"), null, null, null),
				List.of(ranks), MigrationState.valueOf(row.getString("newest")),
				Direction.valueOf(row.getString("direction")), row.getBoolean("transactional"),
				row.getString("application"));
	}

}
