package io.gemforce.migrations.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

import io.gemforce.migrations.MigrationEntry;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.PlanGuard;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.RehearsalScope;
import io.gemforce.migrations.RollbackTarget;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Undo;
import io.gemforce.migrations.Validation;

/**
 * Rehearses pending migrations of PostgreSQL where they can do no harm:
 * <ol>
 * <li>Make a scratch database on the same server. Drop those that killed rehearsals have
 * left behind.</li>
 * <li>Let Flyway replay there what is applied, then copy a sample of the rows.</li>
 * <li>Apply each pending version, undo it and apply it again, with a store as it is used
 * in earnest, and compare the schema and the rows before, between and after; repeatables
 * come last.</li>
 * <li>Drop the scratch database.</li>
 * </ol>
 * Java callbacks are left out, and so are Java migrations that were given other objects,
 * as they could reach the real databases.
 */
final class PostgresRehearsal {

	private static final Log logger = LogFactory.getLog(PostgresRehearsal.class);

	private static final String NO_REPEATABLES = "not-in-a-rehearsal-";

	private final Flyway flyway;

	private final SiblingDatabases databases;

	private final BiFunction<Flyway, @Nullable String, FlywayMigrationStore> stores;

	private final Supplier<MigrationRun> runs;

	private final Function<Flyway, Set<String>> ours;

	/**
	 * Create a rehearsal.
	 * @param flyway the Flyway that migrates
	 * @param databases opens other databases of the same server
	 * @param stores makes a store of a Flyway and of the newest version that it applies
	 * @param runs begins runs
	 * @param ours tells the quoted tables that are Flyway's and this library's own
	 */
	PostgresRehearsal(Flyway flyway, SiblingDatabases databases,
			BiFunction<Flyway, @Nullable String, FlywayMigrationStore> stores, Supplier<MigrationRun> runs,
			Function<Flyway, Set<String>> ours) {
		this.flyway = flyway;
		this.databases = databases;
		this.stores = stores;
		this.runs = runs;
		this.ours = ours;
	}

	/**
	 * Rehearse.
	 * @param scope where, and on how much data
	 * @param validation what is applied, and what is pending
	 * @return what came of each pending migration
	 */
	List<RehearsalResult> run(RehearsalScope scope, Validation validation) {
		List<MigrationEntry> pending = validation.pending();
		if (pending.isEmpty()) {
			return List.of();
		}
		DataSource original = this.flyway.getConfiguration().getDataSource();
		if (scope.inPlace()) {
			return rehearse(original, pending, scope);
		}
		if (validation.entries().stream().anyMatch((entry) -> entry.state() == MigrationState.BASELINE)) {
			return pending.stream()
				.map((entry) -> notRehearsed(entry,
						"the history begins with a baseline, and the schema before it cannot be rebuilt"))
				.toList();
		}
		try (ScratchDatabase scratch = ScratchDatabase.create(this.databases.open(original, null))) {
			DataSource dataSource = this.databases.open(original, scratch.name());
			replay(dataSource, validation);
			Set<String> ours = this.ours.apply(configured(dataSource, false, true).load());
			new TableCopy(original, dataSource, ours).copy(scope.sample());
			return rehearse(dataSource, pending, scope);
		}
		catch (DataAccessException ex) {
			throw new MigrationException(Problem.error(ProblemCode.PERMISSION_DENIED, StoreName.POSTGRES,
					"Store 'postgres' could not be rehearsed: %s".formatted(ex.getMostSpecificCause().getMessage()),
					"Let the user create databases (ALTER ROLE … CREATEDB), or rehearse on a server where it may"),
					"unchanged, nothing was rehearsed", ex);
		}
	}

	private void replay(DataSource dataSource, Validation validation) {
		Optional<String> newest = validation.entries()
			.stream()
			.filter((entry) -> entry.state() == MigrationState.APPLIED && entry.version() != null)
			.map((entry) -> Objects.requireNonNull(entry.version()))
			.reduce((first, second) -> second);
		boolean repeatablesAreAsApplied = validation.pending().stream().allMatch((entry) -> entry.version() != null);
		FluentConfiguration configuration = configured(dataSource, false, repeatablesAreAsApplied).outOfOrder(true)
			.target(newest.orElse("0") + "?");
		try {
			configuration.load().migrate();
		}
		catch (FlywayException ex) {
			throw new MigrationException(
					Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES,
							"What is applied could not be replayed on an empty database: %s".formatted(ex.getMessage()),
							"Rehearse on a server where it can: the migrations must run from the beginning"),
					"unchanged, nothing was rehearsed", ex);
		}
	}

	private FluentConfiguration configured(DataSource dataSource, boolean everything, boolean repeatables) {
		Configuration configuration = this.flyway.getConfiguration();
		FluentConfiguration copy = Flyway.configure(configuration.getClassLoader())
			.configuration(configuration)
			.dataSource(dataSource);
		if (!everything) {
			copy.callbacks(new org.flywaydb.core.api.callback.Callback[0])
				.javaMigrations(Arrays.stream(configuration.getJavaMigrations())
					.filter(PostgresRehearsal::isSelfContained)
					.toArray(JavaMigration[]::new));
		}
		if (!repeatables) {
			copy.repeatableSqlMigrationPrefix(NO_REPEATABLES).validateMigrationNaming(false);
		}
		return copy;
	}

	private static boolean isSelfContained(JavaMigration migration) {
		return Arrays.stream(migration.getClass().getDeclaredConstructors())
			.allMatch((constructor) -> constructor.getParameterCount() == 0);
	}

	private List<RehearsalResult> rehearse(DataSource dataSource, List<MigrationEntry> pending, RehearsalScope scope) {
		List<RehearsalResult> results = new ArrayList<>();
		Optional<RehearsalResult> failure = Optional.empty();
		for (MigrationEntry entry : pending) {
			RehearsalResult result;
			if (failure.isPresent()) {
				result = notRehearsed(entry, "migration %s failed before".formatted(failure.get().id()));
			}
			else if (!scope.inPlace() && !canBeRun(entry)) {
				result = notRehearsed(entry, "it was given other objects, so it could write to the real databases; "
						+ "rehearse it in a test, whose beans have scratch databases");
			}
			else {
				scope.seed().before(StoreName.POSTGRES, entry.id());
				result = new Performance(entry, dataSource, scope.inPlace()).run();
			}
			failure = failure
				.or(() -> Optional.of(result).filter((found) -> found.outcome() == RehearsalResult.Outcome.FAILED));
			results.add(result);
		}
		return results;
	}

	private boolean canBeRun(MigrationEntry entry) {
		return Arrays.stream(this.flyway.getConfiguration().getJavaMigrations())
			.filter((migration) -> migration.getVersion() != null
					&& migration.getVersion().getVersion().equals(entry.version()))
			.allMatch(PostgresRehearsal::isSelfContained);
	}

	private static RehearsalResult notRehearsed(MigrationEntry entry, String reason) {
		return new RehearsalResult(StoreName.POSTGRES, entry.id(), entry.description(),
				RehearsalResult.Outcome.NOT_REHEARSED, reason, null, null);
	}

	/**
	 * The rehearsal of one migration.
	 */
	private final class Performance {

		private final MigrationEntry entry;

		private final DataSource dataSource;

		private final FlywayMigrationStore store;

		private final Set<String> ours;

		private @Nullable Duration up;

		private @Nullable Duration down;

		private Performance(MigrationEntry entry, DataSource dataSource, boolean everything) {
			this.entry = entry;
			this.dataSource = dataSource;
			Flyway flyway = configured(dataSource, everything, entry.version() == null).outOfOrder(true).load();
			this.store = PostgresRehearsal.this.stores.apply(flyway, entry.version());
			this.ours = PostgresRehearsal.this.ours.apply(flyway);
		}

		private RehearsalResult run() {
			try {
				return (this.entry.version() != null) ? rehearse() : applyRepeatable();
			}
			catch (MigrationException ex) {
				return result(RehearsalResult.Outcome.FAILED, ex.getProblems().get(0).message());
			}
		}

		private RehearsalResult applyRepeatable() {
			this.up = migrate(begin());
			return result(RehearsalResult.Outcome.NO_DOWN, "a repeatable migration has no undo");
		}

		private RehearsalResult rehearse() {
			SchemaFingerprint before = fingerprint();
			MigrationRun run = begin();
			this.up = migrate(run);
			SchemaFingerprint after = fingerprint();
			RollbackTarget target = new RollbackTarget.OfRuns(Set.of(run.id()));
			Undo undo = this.store.planRollback(target).steps().get(0).undo();
			if (!undo.available()) {
				return result(RehearsalResult.Outcome.NO_DOWN, undo.reason());
			}
			this.down = this.store.rollback(target, begin(), PlanGuard.open(), null).duration();
			List<String> left = before.differences(fingerprint());
			if (!left.isEmpty()) {
				return failed("after its undo these are not as they were before: %s", left);
			}
			this.store.perform(new Operation(Operation.Kind.RELEASE_HOLD, null, "rehearsal", false), begin());
			migrate(begin());
			List<String> different = after.differences(fingerprint());
			return different.isEmpty() ? result(RehearsalResult.Outcome.PASSED, null) : failed(
					"applied again after its undo, these are not as they were after the first time: %s", different);
		}

		private Duration migrate(MigrationRun run) {
			return this.store.migrate(run, PlanGuard.open()).duration();
		}

		private MigrationRun begin() {
			return PostgresRehearsal.this.runs.get();
		}

		private SchemaFingerprint fingerprint() {
			return SchemaFingerprint.of(this.dataSource, this.ours);
		}

		private RehearsalResult failed(String reason, List<String> differences) {
			return result(RehearsalResult.Outcome.FAILED, reason.formatted(String.join("; ", differences)));
		}

		private RehearsalResult result(RehearsalResult.Outcome outcome, @Nullable String reason) {
			return new RehearsalResult(StoreName.POSTGRES, this.entry.id(), this.entry.description(), outcome, reason,
					this.up, this.down);
		}

	}

}
