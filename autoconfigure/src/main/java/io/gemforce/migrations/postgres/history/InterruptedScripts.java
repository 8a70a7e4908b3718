package io.gemforce.migrations.postgres.history;

import java.sql.Connection;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;
import io.gemforce.migrations.postgres.history.MigrationLog.OpenRow;

/**
 * Scripts that began without a transaction, and whose end is neither in Flyway's table
 * nor in the log: the instance was killed, or lost its connection. Flyway would run them
 * again as if nothing had been done. Repeatables are made to run again, so they may.
 */
public final class InterruptedScripts {

	private final FlywayDatabase database;

	public InterruptedScripts(FlywayDatabase database) {
		this.database = database;
	}

	/**
	 * The caller must hold Flyway's lock, so that nothing else is running.
	 */
	public void close(Connection connection) {
		JdbcClient client = client(connection);
		MigrationLog log = this.database.log();
		List<OpenRow> open = log.open(client);
		if (!open.isEmpty()) {
			FlywayHistory history = this.database.tables(client).history() ? this.database.history().read(client)
					: FlywayHistory.of(List.of());
			open.forEach((row) -> log.close(client, row, state(row, history)));
		}
	}

	private static MigrationState state(OpenRow row, FlywayHistory history) {
		boolean applied = isApplied(history, row.id(), row.checksum());
		if (row.direction() == Direction.UP) {
			return applied ? MigrationState.APPLIED : MigrationState.INTERRUPTED;
		}
		return history.live().stream().anyMatch((entry) -> entry.id().equals(row.id())) ? MigrationState.INTERRUPTED
				: MigrationState.ROLLED_BACK;
	}

	public static boolean isApplied(FlywayHistory history, String id, @Nullable String checksum) {
		return history.live()
			.stream()
			.filter(Entry::success)
			.anyMatch((entry) -> entry.id().equals(id)
					&& (!entry.isRepeatable() || Objects.equals(entry.descriptor().checksum(), checksum)));
	}

	/**
	 * Fails if the migration that Flyway is about to run is an interrupted script.
	 */
	public void check(Connection connection, MigrationInfo migration, Supplier<String> databaseState) {
		this.database.log()
			.summarize(client(connection), FlywayStates.id(migration))
			.filter(LogSummary::isUnfinished)
			.ifPresent((summary) -> {
				throw new MigrationException(problem(summary, Severity.ERROR), databaseState.get(), null);
			});
	}

	public static Problem problem(LogSummary summary, Severity severity) {
		return new Problem(severity, ProblemCode.INTERRUPTED, StoreName.POSTGRES,
				("Migration %s (%s) of store 'postgres' did not finish when it ran without a transaction: all, some or "
						+ "none of it may be done")
					.formatted(summary.id(), summary.descriptor().description()),
				action(summary.id()));
	}

	static String action(String version) {
		return "Look at the schema. If all of it is done, or you finish it by hand, record that with "
				+ "gemforce.migrations.run=mark-applied; if none of it is done, or you take it back, with "
				+ "gemforce.migrations.run=mark-rolled-back, and it will run again. Both with store=postgres, version=%s "
					.formatted(version)
				+ "and a reason. Then start again";
	}

	private static JdbcClient client(Connection connection) {
		return JdbcClient.create(new SingleConnectionDataSource(connection, true));
	}

}
