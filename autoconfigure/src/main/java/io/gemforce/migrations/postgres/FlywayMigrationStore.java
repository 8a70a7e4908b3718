package io.gemforce.migrations.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.postgres.history.EffectiveHold;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.history.MigrationLog;
import io.gemforce.migrations.postgres.rehearsal.DatabaseOpener;
import io.gemforce.migrations.postgres.rehearsal.PostgresRehearsal;
import io.gemforce.migrations.postgres.undo.FlywayRollback;
import io.gemforce.migrations.postgres.undo.UndoScriptFinder;
import io.gemforce.migrations.postgres.undo.UndoScripts;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StoreLook;
import io.gemforce.migrations.store.StorePlan;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.Validation;

/**
 * The PostgreSQL schema, migrated by Flyway under Flyway's own lock and history.
 * <ol>
 * <li>Validate: Flyway's own judgement, which takes no lock and writes nothing. Without a
 * complaint there is nothing to do.</li>
 * <li>Stop at what is wrong. Run nothing, repeatables included, on a schema that is newer
 * than this build, or that a rollback has left a {@link Hold} on that binds it.</li>
 * <li>Let Flyway migrate, which locks, applies and records, one instance at a time. Every
 * execution is recorded in the {@link MigrationLog log}, too.</li>
 * </ol>
 * A strategy of the user's takes the place of Flyway's {@code migrate()}; what it makes
 * of a validation that fails is up to it.
 */
public final class FlywayMigrationStore implements MigrationStore {

	private static final String VENDOR = "{vendor}";

	private final Supplier<Flyway> flyway;

	private final Supplier<@Nullable Consumer<Flyway>> strategy;

	private final PostgresSettings settings;

	private final ShutdownSignal stop;

	private final ApplicationInstance application;

	private final DatabaseOpener databases;

	private final Supplier<UndoScripts> undoScripts;

	private final Supplier<FlywayDatabase> database;

	private final FlywayInspection inspection;

	/**
	 * The strategy supplier returns {@code null} if the user has no strategy.
	 */
	public FlywayMigrationStore(Supplier<Flyway> flyway, Supplier<@Nullable Consumer<Flyway>> strategy,
			PostgresSettings settings, ApplicationInstance application, ShutdownSignal stop, DatabaseOpener databases) {
		this.application = application;
		this.databases = databases;
		this.flyway = SingletonSupplier.of(() -> targeted(flyway.get(), settings.target()));
		this.strategy = strategy;
		this.settings = settings;
		this.stop = stop;
		this.undoScripts = SingletonSupplier
			.of(() -> new UndoScriptFinder(configuration().getClassLoader(), configuration().getEncoding())
				.find(undoLocations()));
		this.database = SingletonSupplier.of(() -> database(configuration()));
		this.inspection = new FlywayInspection(this::configuration, this.database,
				SingletonSupplier.of(() -> new FlywayValidator(this.flyway.get(), this.undoScripts.get(),
						application.name(), settings.failWhenAhead())));
	}

	private FlywayDatabase database(Configuration configuration) {
		return new FlywayDatabase(configuration, this.settings.logTable(), this.settings.holdTable(),
				this.application.name());
	}

	private static Flyway targeted(Flyway flyway, @Nullable String target) {
		if (target == null) {
			return flyway;
		}
		Configuration configuration = flyway.getConfiguration();
		return Flyway.configure(configuration.getClassLoader()).configuration(configuration).target(target).load();
	}

	// As Boot does with spring.flyway.locations
	private @Nullable List<String> undoLocations() {
		List<String> locations = this.settings.undoLocations();
		if (locations == null || locations.stream().noneMatch((location) -> location.contains(VENDOR))) {
			return locations;
		}
		String vendor = this.database.get().isPostgres() ? "postgresql"
				: this.database.get().product().toLowerCase(Locale.ROOT);
		return locations.stream().map((location) -> location.replace(VENDOR, vendor)).toList();
	}

	private Configuration configuration() {
		return this.flyway.get().getConfiguration();
	}

	@Override
	public StoreName name() {
		return StoreName.POSTGRES;
	}

	@Override
	public String engine() {
		String version = this.inspection.flywayVersion();
		return (version != null) ? "flyway/" + version : "flyway";
	}

	@Override
	public StoreLook look() {
		return new FlywayLook(this.flyway, this.database, this.inspection, this.strategy, this.settings, this.stop,
				this::validate);
	}

	@Override
	public StoreLook lookAhead() {
		return look();
	}

	@Override
	public StoreResult migrate(MigrationRun run, PlanGuard guard) {
		return look().migrate(run, guard);
	}

	@Override
	public Validation validate() {
		Consumer<Flyway> strategy = this.strategy.get();
		Validation validation;
		try {
			validation = FlywayFailures.explaining(this.inspection::view).validation();
		}
		catch (MigrationException ex) {
			FlywayLook.requireStrategysBusiness(strategy, ex);
			return new Validation(List.of(), List
				.of(FurtherHistories.problem(Severity.WARNING, FlywayFailures.explaining(furtherHistories()::find))));
		}
		List<String> further = (strategy != null) ? FlywayFailures.explaining(furtherHistories()::find) : List.of();
		return further.isEmpty() ? validation
				: new Validation(validation.entries(),
						Stream
							.concat(validation.problems().stream(),
									Stream.of(FurtherHistories.problem(Severity.WARNING, further)))
							.toList());
	}

	private FurtherHistories furtherHistories() {
		return new FurtherHistories(this.database.get(), configuration());
	}

	// An operation on the base history alone breaks the histories beside it
	private void requireOneHistory() {
		if (this.strategy.get() != null) {
			Validation validation = validate();
			if (validation.problems().stream().anyMatch((problem) -> problem.code() == ProblemCode.SEVERAL_HISTORIES)) {
				throw new MigrationException(
						FurtherHistories.problem(Severity.ERROR, FlywayFailures.explaining(furtherHistories()::find)),
						"unchanged", null);
			}
		}
	}

	@Override
	public StoreLock lock() {
		return FlywayFailures
			.explaining(() -> this.database.get().isPostgres() ? this.database.get().lock() : StoreLock.FREE);
	}

	@Override
	public List<Execution> executions(Collection<MigrationEntry> entries) {
		return FlywayFailures.explaining(() -> {
			FlywayDatabase database = this.database.get();
			List<MigrationEntry> unlogged = entries.stream()
				.filter((entry) -> entry.recorded().attempts().isEmpty())
				.toList();
			List<Execution> executions = unlogged.isEmpty() ? new ArrayList<>() : recorded(unlogged);
			List<Long> ranks = entries.stream().flatMap((entry) -> entry.recorded().attempts().stream()).toList();
			if (!ranks.isEmpty()) {
				executions.addAll(database.log().executions(database.client(), ranks));
			}
			return executions;
		});
	}

	private List<Execution> recorded(List<MigrationEntry> entries) {
		Map<String, Execution> recorded = this.inspection.view().executions();
		return entries.stream()
			.map((entry) -> recorded.get(entry.id()))
			.filter(Objects::nonNull)
			.collect(Collectors.toCollection(ArrayList::new));
	}

	@Override
	public List<String> perform(Operation operation, MigrationRun run) {
		if (operation.kind() != Operation.Kind.RELEASE_LOCK) {
			requireOneHistory();
		}
		return FlywayFailures.explaining(() -> new FlywayOperations(this.flyway.get(), this.database.get(),
				this.settings.rerunRepeatables(), this.stop)
			.perform(operation, run));
	}

	@Override
	public @Nullable List<String> preview(Operation operation) {
		return FlywayFailures.explaining(() -> new FlywayOperations(this.flyway.get(), this.database.get(),
				this.settings.rerunRepeatables(), this.stop)
			.preview(operation, this.inspection::view));
	}

	@Override
	public StorePlan plan(boolean exact) {
		requireOneHistory();
		return FlywayFailures.explaining(() -> {
			FlywayView view = this.inspection.view();
			return new StorePlan(new FlywayPlanner(configuration()).plan(view), view.validation());
		});
	}

	@Override
	public StoreRollback planRollback(RollbackTarget target) {
		requireOneHistory();
		return FlywayFailures.explaining(() -> rollback().plan(target));
	}

	@Override
	public StoreResult rollback(RollbackTarget target, MigrationRun run, PlanGuard guard, @Nullable String reason) {
		requireOneHistory();
		long startedAt = System.nanoTime();
		FlywayRollback.RolledBack done = FlywayFailures
			.explaining(() -> rollback().execute(target, run, guard, reason));
		return new StoreResult(name(),
				done.undone().isEmpty() ? StoreResult.Outcome.UP_TO_DATE : StoreResult.Outcome.ROLLED_BACK, done.from(),
				done.to(), done.undone(), List.of(), Duration.ofNanos(System.nanoTime() - startedAt));
	}

	private FlywayRollback rollback() {
		return new FlywayRollback(configuration(), this.database.get(), this.undoScripts.get(),
				this.settings.rerunRepeatables(), this.stop);
	}

	@Override
	public List<RehearsalResult> rehearse(RehearsalScope scope) {
		requireOneHistory();
		return FlywayFailures.explaining(() -> {
			Validation validation = validate();
			if (!validation.errors().isEmpty()) {
				throw new MigrationException(validation.errors(), "unchanged, nothing was rehearsed", null);
			}
			return new PostgresRehearsal(this.flyway.get(), this.databases, this::rehearsalStore,
					() -> MigrationRun.begin(Trigger.JOB, this.application), this::database)
				.run(scope, validation);
		});
	}

	private MigrationStore rehearsalStore(Flyway flyway) {
		PostgresSettings settings = new PostgresSettings(this.settings.alwaysMigrate(), null, false,
				this.settings.undoLocations(), this.settings.rerunRepeatables(), this.settings.logTable(),
				this.settings.holdTable());
		return new FlywayMigrationStore(() -> flyway, () -> null, settings, this.application, this.stop,
				this.databases);
	}

	@Override
	public Optional<Hold> hold() {
		return FlywayFailures.explaining(() -> this.database.get().viewHold().map(EffectiveHold::hold));
	}

}
