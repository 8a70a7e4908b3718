package io.gemforce.migrations.postgres.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;

/**
 * An execution for the log.
 */
public record LogEntry(MigrationDescriptor descriptor, Direction direction, boolean transactional, Instant startedAt,
		MigrationRun run, @Nullable String reason) {

	public static LogEntry begin(MigrationInfo migration, boolean transactional, MigrationRun run, Instant startedAt) {
		return new LogEntry(FlywayStates.descriptor(migration, migration.getChecksum()), Direction.UP, transactional,
				startedAt, run, null);
	}

	public static LogEntry mark(String description, String script, MigrationRun run, @Nullable String reason) {
		return new LogEntry(new MigrationDescriptor(null, description, MigrationType.MARK, script, null), Direction.UP,
				false, Instant.now(), run, reason);
	}

	public String id() {
		return this.descriptor.id();
	}

	public String script() {
		return Objects.requireNonNull(this.descriptor.script());
	}

	public ExecutionStart start(String namespace) {
		return new ExecutionStart(this.run, StoreName.POSTGRES, namespace, this.descriptor, Phase.EXPAND,
				this.direction, this.transactional);
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
