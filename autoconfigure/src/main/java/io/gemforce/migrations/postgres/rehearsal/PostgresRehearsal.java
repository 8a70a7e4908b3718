package io.gemforce.migrations.postgres.rehearsal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.JavaMigration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.history.FlywayStates;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.store.Validation;

/**
 * Rehearses pending migrations of PostgreSQL where they can do no harm:
 * <ol>
 * <li>Make a scratch database on the same server, set up like the real one. Drop those
 * that killed rehearsals have left behind.</li>
 * <li>Let Flyway replay what is applied, in the order of execution, then copy a sample of
 * the rows.</li>
 * <li>Apply each pending version, undo it and apply it again, with a store as in
 * production, and compare the schema and the rows before, between and after; repeatables
 * come last. The build of each step has no later migration.</li>
 * <li>Drop the scratch database.</li>
 * </ol>
 * Java callbacks are left out, and so are Java migrations that were given other objects,
 * as they could reach the real databases. If an applied migration cannot be replayed, a
 * later failure may be due to that and proves nothing.
 */
public final class PostgresRehearsal {

	private static final Log logger = LogFactory.getLog(PostgresRehearsal.class);

	private static final String NOTHING_REHEARSED = "unchanged, nothing was rehearsed";

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	private final Flyway flyway;

	private final DatabaseOpener databases;

	private final Function<Flyway, MigrationStore> stores;

	private final Supplier<MigrationRun> runs;

	private final Function<Configuration, FlywayDatabase> connections;

	public PostgresRehearsal(Flyway flyway, DatabaseOpener databases, Function<Flyway, MigrationStore> stores,
			Supplier<MigrationRun> runs, Function<Configuration, FlywayDatabase> connections) {
		this.flyway = flyway;
		this.databases = databases;
		this.stores = stores;
		this.runs = runs;
		this.connections = connections;
	}

	public List<RehearsalResult> run(RehearsalScope scope, Validation validation) {
		List<MigrationEntry> pending = validation.pending().stream().sorted(FlywayStates.ORDER).toList();
		if (pending.isEmpty()) {
			return List.of();
		}
		DataSource original = this.flyway.getConfiguration().getDataSource();
		if (scope.inPlace()) {
			requireScratch(original);
			return new Stage(original, validation, true).rehearse(pending, scope);
		}
		if (validation.entries().stream().anyMatch((entry) -> entry.state() == MigrationState.BASELINE)) {
			return notRehearsed(pending,
					"the history begins with a baseline, and the schema before it cannot be rebuilt");
		}
		if (validation.isAhead()) {
			return notRehearsed(pending,
					"the store has migrations that this build does not know, so it cannot be rebuilt");
		}
		try (ScratchDatabase scratch = create(original)) {
			DataSource dataSource = this.databases.open(original, scratch.name());
			FlywayDatabase real = this.connections.apply(this.flyway.getConfiguration());
			scratch.setUp(dataSource, schemas(real));
			Stage stage = new Stage(dataSource, validation, false);
			stage.replay();
			FlywayDatabase copied = stage.database();
			new TableCopy(real.dataSource(), copied.dataSource(), copied.ownTables()).copy(scope.sample())
				.forEach((note) -> logger
					.warn("Not as it is in the real database is in this rehearsal %s".formatted(note)));
			return stage.rehearse(pending, scope);
		}
	}

	private ScratchDatabase create(DataSource original) {
		try {
			return ScratchDatabase.create(this.databases.open(original, null));
		}
		catch (DataAccessException ex) {
			if (ex.getMostSpecificCause() instanceof SQLException sql
					&& INSUFFICIENT_PRIVILEGE.equals(sql.getSQLState())) {
				throw new MigrationException(Problem.error(ProblemCode.PERMISSION_DENIED, StoreName.POSTGRES,
						"Store 'postgres' could not be rehearsed, as no scratch database could be made: %s"
							.formatted(sql.getMessage()),
						"Let the user create databases (ALTER ROLE … CREATEDB), or rehearse on a server where it may"),
						NOTHING_REHEARSED, ex);
			}
			throw ex;
		}
	}

	// Undoing destroys data, so it must never happen in a real database
	private static void requireScratch(DataSource dataSource) {
		String name = JdbcClient.create(dataSource).sql("SELECT current_database()").query(String.class).single();
		if (!ScratchDatabase.isScratch(name)) {
			throw new MigrationException(Problem.error(ProblemCode.INVALID_ARGUMENT, StoreName.POSTGRES,
					"Flyway does not use the database that the service of this test was given for its rehearsal, but '%s'"
						.formatted(name),
					"Let it use spring.datasource.*, in this test at least: no spring.flyway.url and no data source of "
							+ "the service's own making"),
					NOTHING_REHEARSED, null);
		}
	}

	private String[] schemas(FlywayDatabase real) {
		return Stream.concat(Arrays.stream(this.flyway.getConfiguration().getSchemas()), real.schemas().stream())
			.toArray(String[]::new);
	}

	private static List<RehearsalResult> notRehearsed(List<MigrationEntry> entries, String reason) {
		return entries.stream().map((entry) -> notRehearsed(entry, reason)).toList();
	}

	private static RehearsalResult notRehearsed(MigrationEntry entry, String reason) {
		return new RehearsalResult(StoreName.POSTGRES, entry.id(), entry.description(),
				RehearsalResult.Outcome.NOT_REHEARSED, reason, null, null);
	}

	private static boolean isSelfContained(JavaMigration migration) {
		return Arrays.stream(migration.getClass().getDeclaredConstructors())
			.allMatch((constructor) -> constructor.getParameterCount() == 0);
	}

	private final class Stage {

		private final DataSource dataSource;

		private final Validation validation;

		private final boolean everything;

		private final PartialBuild build;

		// The migrations that the build of the next step lacks
		private final Set<MigrationEntry> leftOut = new LinkedHashSet<>();

		private final List<String> notReplayed = new ArrayList<>();

		private Stage(DataSource dataSource, Validation validation, boolean everything) {
			this.dataSource = dataSource;
			this.validation = validation;
			this.everything = everything;
			this.build = new PartialBuild(PostgresRehearsal.this.flyway.getConfiguration());
			this.leftOut.addAll(validation.entries().stream().filter((entry) -> isLeftOut(entry)).toList());
		}

		private boolean isLeftOut(MigrationEntry entry) {
			return !entry.state().isApplied() || entry.isUndoUnfinished() || isChanged(entry);
		}

		// The build no longer has a changed repeatable as it was applied
		private boolean isChanged(MigrationEntry entry) {
			return entry.state() == MigrationState.OUTDATED;
		}

		private FlywayDatabase database() {
			return PostgresRehearsal.this.connections.apply(flyway(this.leftOut).getConfiguration());
		}

		private Flyway flyway(Collection<MigrationEntry> leftOut) {
			Configuration configuration = PostgresRehearsal.this.flyway.getConfiguration();
			FluentConfiguration copy = Flyway.configure(configuration.getClassLoader())
				.configuration(configuration)
				.dataSource(this.dataSource)
				.outOfOrder(true)
				.target(MigrationVersion.LATEST);
			if (!this.everything) {
				copy.callbacks(new Callback[0])
					.javaMigrations(Arrays.stream(configuration.getJavaMigrations())
						.filter(PostgresRehearsal::isSelfContained)
						.toArray(JavaMigration[]::new));
			}
			return this.build.without(copy, leftOut).load();
		}

		// A later migration may depend on an earlier one, whatever their versions
		private void replay() {
			Comparator<MigrationEntry> inOrder = Comparator
				.comparing((entry) -> Objects.requireNonNullElse(entry.rank(), 0L));
			List<MigrationEntry> applied = this.validation.entries()
				.stream()
				.filter((entry) -> !isLeftOut(entry) && !entry.isRepeatable())
				.sorted(inOrder)
				.toList();
			this.validation.entries()
				.stream()
				.filter((entry) -> !isLeftOut(entry) && (!entry.inBuild() || !canBeRun(entry)))
				.sorted(inOrder)
				.forEach((entry) -> this.notReplayed.add(entry.toString()));
			Set<MigrationEntry> later = new LinkedHashSet<>(this.leftOut);
			this.validation.entries().stream().filter(MigrationEntry::isRepeatable).forEach(later::add);
			later.addAll(applied);
			Version newest = null;
			for (MigrationEntry entry : applied) {
				Version version = Objects.requireNonNull(entry.version());
				if (newest != null && version.compareTo(newest) < 0) {
					replay(later);
				}
				later.remove(entry);
				newest = version;
			}
			replay(later);
			replay(this.leftOut);
			replayChanged();
		}

		private void replay(Collection<MigrationEntry> leftOut) {
			try {
				alone(flyway(leftOut)).migrate();
			}
			catch (FlywayException ex) {
				throw new MigrationException(Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES,
						"What is applied could not be replayed on an empty database: %s"
							.formatted(FlywayFailures.error(ex).message()),
						"Rehearse on a server where it can: the migrations must run from the beginning, with what the "
								+ "user may do"),
						NOTHING_REHEARSED, ex);
			}
		}

		// The applied migrations were not executed in one transaction
		private static Flyway alone(Flyway flyway) {
			Configuration configuration = flyway.getConfiguration();
			return Flyway.configure(configuration.getClassLoader()).configuration(configuration).group(false).load();
		}

		// Their present content will mostly do, too
		private void replayChanged() {
			List<MigrationEntry> changed = this.validation.entries()
				.stream()
				.filter((entry) -> isChanged(entry) && entry.inBuild())
				.sorted(FlywayStates.ORDER)
				.toList();
			Set<MigrationEntry> others = new LinkedHashSet<>(this.leftOut);
			for (MigrationEntry entry : changed) {
				others.remove(entry);
				if (!canBeRun(entry) || !isReplayed(entry, others)) {
					this.notReplayed.add("%s, which was changed".formatted(entry));
					others.add(entry);
				}
			}
			FlywayDatabase database = database();
			if (!changed.isEmpty() && database.tables(database.client()).history()) {
				Set<String> ids = changed.stream().map(MigrationEntry::id).collect(Collectors.toSet());
				database.history()
					.deleteRepeatables(database.client(),
							database.history()
								.read(database.client())
								.repeatables()
								.stream()
								.filter((entry) -> ids.contains(entry.id()))
								.toList(),
							null);
			}
		}

		private boolean isReplayed(MigrationEntry entry, Set<MigrationEntry> others) {
			try {
				alone(flyway(others)).migrate();
				return true;
			}
			catch (FlywayException ex) {
				logger.debug("%s cannot be replayed before what is pending".formatted(entry), ex);
				return false;
			}
		}

		private List<RehearsalResult> rehearse(List<MigrationEntry> pending, RehearsalScope scope) {
			List<RehearsalResult> results = new ArrayList<>();
			String stopped = null;
			for (MigrationEntry entry : pending) {
				RehearsalResult result;
				if (stopped != null) {
					result = notRehearsed(entry, stopped);
				}
				else if (!this.everything && !canBeRun(entry)) {
					result = notRehearsed(entry, "it was given other objects, so it could write to the real databases; "
							+ "rehearse it in a test, whose beans have scratch databases");
					this.notReplayed.add(entry.toString());
				}
				else {
					scope.seed().before(StoreName.POSTGRES, entry.id());
					Set<MigrationEntry> before = Set.copyOf(this.leftOut);
					this.leftOut.remove(entry);
					result = explained(rehearsal(entry, before).run());
					if (result.outcome() == RehearsalResult.Outcome.FAILED
							|| result.outcome() == RehearsalResult.Outcome.NOT_REHEARSED) {
						stopped = "migration %s failed before".formatted(result.id());
					}
				}
				results.add(result);
			}
			return results;
		}

		private SingleRehearsal rehearsal(MigrationEntry entry, Set<MigrationEntry> before) {
			Flyway flyway = flyway(this.leftOut);
			return new SingleRehearsal(entry, PostgresRehearsal.this.stores.apply(flyway),
					PostgresRehearsal.this.stores.apply(flyway(before)),
					PostgresRehearsal.this.connections.apply(flyway.getConfiguration()), PostgresRehearsal.this.runs);
		}

		private RehearsalResult explained(RehearsalResult result) {
			return (result.outcome() == RehearsalResult.Outcome.FAILED && !this.notReplayed.isEmpty())
					? new RehearsalResult(result.store(), result.id(), result.description(),
							RehearsalResult.Outcome.NOT_REHEARSED,
							"%s. That proves nothing, as these could not be replayed before it: %s".formatted(
									result.reason(), String.join("; ", this.notReplayed)),
							result.up(), result.down())
					: result;
		}

		private boolean canBeRun(MigrationEntry entry) {
			return Arrays.stream(PostgresRehearsal.this.flyway.getConfiguration().getJavaMigrations())
				.filter((migration) -> (migration.getVersion() != null)
						? migration.getVersion().getVersion().equals(entry.id())
						: entry.isRepeatable() && migration.getDescription().equals(entry.description()))
				.allMatch(PostgresRehearsal::isSelfContained);
		}

	}

}
