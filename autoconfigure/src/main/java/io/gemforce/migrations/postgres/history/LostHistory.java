package io.gemforce.migrations.postgres.history;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.FlywayDatabase.Tables;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * A database that has the tables of this library, but not Flyway's. To Flyway these
 * tables make a schema look as if it were in use, which it refuses or takes for a
 * baseline.
 */
public final class LostHistory {

	private static final Log logger = LogFactory.getLog(LostHistory.class);

	private static final int SHOWN = 20;

	private static final String IS_IN_USE = """
			SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
					WHERE n.nspname = ANY (?) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid <> ALL (ours)
						AND NOT EXISTS (SELECT FROM pg_depend d
							WHERE d.objid = c.oid AND (d.deptype = 'e' OR d.refobjid = ANY (ours))))
				OR EXISTS (SELECT FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
					WHERE n.nspname = ANY (?) AND t.typcategory NOT IN ('A', 'C')
						AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e'))
				OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
					WHERE n.nspname = ANY (?)
						AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'))
			FROM (SELECT ARRAY[coalesce(to_regclass(?)::oid, 0), coalesce(to_regclass(?)::oid, 0)] AS ours) AS tables""";

	private static final String REMOVE_BASELINE = "DELETE FROM %s WHERE type = 'BASELINE' AND version = '0'";

	private final FlywayDatabase database;

	private final Configuration configuration;

	public LostHistory(FlywayDatabase database, Configuration configuration) {
		this.database = database;
		this.configuration = configuration;
	}

	public Optional<Problem> problem() {
		JdbcClient client = this.database.client();
		Tables tables = this.database.tables(client);
		if (tables.history() || !tables.log()) {
			return Optional.empty();
		}
		List<LogSummary> applied = applied(this.database.log().summarize(client));
		if (applied.isEmpty() || isBaselined(newest(applied)) || !isInUse(client)) {
			return Optional.empty();
		}
		return Optional.of(problem(applied));
	}

	private static List<LogSummary> applied(Map<String, LogSummary> log) {
		return log.values()
			.stream()
			.filter((migration) -> (migration.direction() == Direction.UP)
					? migration.newest() == MigrationState.APPLIED : migration.newest() != MigrationState.ROLLED_BACK)
			.sorted(Comparator.comparing((migration) -> migration.ranks().get(migration.ranks().size() - 1)))
			.toList();
	}

	private static @Nullable Version newest(List<LogSummary> applied) {
		return applied.stream()
			.flatMap((migration) -> Optional.ofNullable(migration.descriptor().version()).stream())
			.max(Comparator.naturalOrder())
			.orElse(null);
	}

	private boolean isBaselined(@Nullable Version newest) {
		return this.configuration.isBaselineOnMigrate()
				&& (newest == null || Version.parse(this.configuration.getBaselineVersion().getVersion())
					.filter((baseline) -> baseline.compareTo(newest) >= 0)
					.isPresent());
	}

	private Problem problem(List<LogSummary> applied) {
		Version newest = newest(applied);
		String ids = applied.stream().map(LogSummary::id).limit(SHOWN).collect(Collectors.joining(", "));
		String more = (applied.size() > SHOWN) ? " and %d more".formatted(applied.size() - SHOWN) : "";
		return Problem.error(ProblemCode.NON_EMPTY_NO_HISTORY, StoreName.POSTGRES,
				("Store 'postgres': Flyway's table %s is not there, but according to %s these are applied: %s%s. The table "
						+ "was dropped, or not restored")
					.formatted(this.database.history().table(), this.database.log().table(), ids, more),
				("Restore the table from a backup, or rebuild it from the log as the runbook says. Or, if the schema is as "
						+ "%s left it, start once with spring.flyway.baseline-on-migrate=true and "
						+ "spring.flyway.baseline-version=%s")
					.formatted((newest != null) ? "version " + newest : "they", (newest != null) ? newest : "0"));
	}

	private boolean isInUse(JdbcClient client) {
		String[] schemas = Stream
			.concat(Stream.of(this.database.history().name().schema()), Arrays.stream(this.configuration.getSchemas()))
			.toArray(String[]::new);
		return client.sql(IS_IN_USE)
			.param(schemas)
			.param(schemas)
			.param(schemas)
			.param(this.database.log().table())
			.param(this.database.holds().table())
			.query(Boolean.class)
			.single();
	}

	/**
	 * Only if nothing but the tables of this library keeps Flyway from creating its own.
	 */
	public void startAfresh(MigrationRun run, ShutdownSignal stop) {
		if (!isToBeCreated(this.database.client())) {
			return;
		}
		try (FlywayLock lock = FlywayLock.acquire(this.database, this.configuration, run, stop)) {
			if (isToBeCreated(lock.client())) {
				logger.info("Flyway's table %s is created anew, as there is nothing in its schema but %s"
					.formatted(this.database.history().table(), this.database.log().table()));
				Flyway.configure(this.configuration.getClassLoader())
					.configuration(this.configuration)
					.dataSource(lock.dataSource())
					.skipDefaultCallbacks(true)
					.callbacks(new Callback[0])
					.baselineVersion("0")
					.load()
					.baseline();
				lock.client().sql(REMOVE_BASELINE.formatted(this.database.history().table())).update();
			}
		}
	}

	private boolean isToBeCreated(JdbcClient client) {
		Tables tables = this.database.tables(client);
		return !tables.history() && (tables.log() || tables.holds()) && !isInUse(client);
	}

}
