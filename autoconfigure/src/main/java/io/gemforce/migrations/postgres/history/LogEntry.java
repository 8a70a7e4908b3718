package io.gemforce.migrations.postgres.history;

import java.time.Duration;
import java.time.Instant;

import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.MigrationEntry;

/**
 * An execution for the log; the version is {@code null} for a repeatable.
 */
public record LogEntry(@Nullable String version, String description, MigrationType type, String script,
		@Nullable String checksum, Direction direction, boolean transactional, Instant startedAt, MigrationRun run,
		@Nullable String reason) {

	public static LogEntry begin(MigrationInfo migration, boolean transactional, MigrationRun run, Instant startedAt) {
		Integer checksum = migration.getChecksum();
		return new LogEntry((migration.getVersion() != null) ? migration.getVersion().getVersion() : null,
				migration.getDescription(), FlywayStates.type(migration.getType()), migration.getScript(),
				(checksum != null) ? checksum.toString() : null, Direction.UP, transactional, startedAt, run, null);
	}

	public static LogEntry mark(String description, String script, MigrationRun run, @Nullable String reason) {
		return new LogEntry(null, description, MigrationType.MARK, script, null, Direction.UP, false, Instant.now(),
				run, reason);
	}

	public String id() {
		return MigrationEntry.id(this.version, this.description);
	}

	public ExecutionStart start(String namespace) {
		return new ExecutionStart(this.run, StoreName.POSTGRES, namespace, id(), this.version, this.description,
				this.type, this.script, this.checksum, Phase.EXPAND, this.direction, this.transactional);
	}

	public Duration elapsed() {
		return Duration.between(this.startedAt, Instant.now());
	}

	MigrationState successState() {
		return (this.direction == Direction.UP) ? MigrationState.APPLIED : MigrationState.ROLLED_BACK;
	}

	long durationMs(Instant finishedAt) {
		return finishedAt.toEpochMilli() - this.startedAt.toEpochMilli();
	}

}
