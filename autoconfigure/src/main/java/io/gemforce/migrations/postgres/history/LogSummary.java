package io.gemforce.migrations.postgres.history;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationState;

/**
 * What the log says about a migration.
 *
 * @param id the id
 * @param version the version, {@code null} for a repeatable
 * @param description the description
 * @param ranks the positions of its attempts in the log, ascending
 * @param newest the state of its newest attempt
 * @param direction whether the newest attempt applied or undid it
 * @param transactional whether the newest attempt ran in a transaction
 * @param application the service that made the newest attempt
 */
public record LogSummary(String id, @Nullable String version, String description, List<Long> ranks,
		MigrationState newest, Direction direction, boolean transactional, String application) {

	/**
	 * Whether an undo has left the migration undone in part, unless it ran to its end and
	 * could not be recorded.
	 * @return whether its newest attempt was to undo it outside of a transaction, without
	 * success
	 */
	public boolean isUndoUnfinished() {
		return this.direction == Direction.DOWN && !this.transactional && this.newest != MigrationState.ROLLED_BACK;
	}

	/**
	 * Whether nobody knows how much of a migration is done that Flyway has as pending.
	 * @return whether its newest attempt was to apply it outside of a transaction, and
	 * was interrupted
	 */
	public boolean isUnfinished() {
		return this.version != null && this.direction == Direction.UP && !this.transactional
				&& (this.newest == MigrationState.INTERRUPTED || isRunning());
	}

	boolean isRunning() {
		return this.newest == MigrationState.RUNNING;
	}

	LogSummary interrupted() {
		return new LogSummary(this.id, this.version, this.description, this.ranks, MigrationState.INTERRUPTED,
				this.direction, this.transactional, this.application);
	}

	static LogSummary from(ResultSet row) throws SQLException {
		Long[] ranks = (Long[]) row.getArray("ranks").getArray();
		return new LogSummary(row.getString("id"), row.getString("version"), row.getString("description"),
				List.of(ranks), MigrationState.valueOf(row.getString("newest")),
				Direction.valueOf(row.getString("direction")), row.getBoolean("transactional"),
				row.getString("application"));
	}

}
