package io.gemforce.migrations.postgres;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.ValidateResult;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.history.EffectiveHold;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.history.HoldGuard;
import io.gemforce.migrations.postgres.history.HoldRelease;
import io.gemforce.migrations.postgres.history.LostHistory;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreLook;
import io.gemforce.migrations.store.Validation;

/**
 * Interprets Flyway's own validation and runs the migration that starts from it.
 */
final class FlywayLook implements StoreLook {

	// The name under which its messages are known
	private static final Log logger = LogFactory.getLog(FlywayMigrationStore.class);

	private final Supplier<Flyway> flyway;

	private final Supplier<FlywayDatabase> database;

	private final FlywayInspection inspection;

	private final PostgresSettings settings;

	private final ShutdownSignal stop;

	private final Supplier<Validation> validation;

	private final Supplier<@Nullable Consumer<Flyway>> strategy;

	private final Supplier<Optional<ValidateResult>> complaints = SingletonSupplier.of(this::ask);

	private final Supplier<Optional<FlywayView>> view = SingletonSupplier.of(this::complain);

	// The strategy supplier returns null if the user has no strategy
	FlywayLook(Supplier<Flyway> flyway, Supplier<FlywayDatabase> database, FlywayInspection inspection,
			Supplier<@Nullable Consumer<Flyway>> strategy, PostgresSettings settings, ShutdownSignal stop,
			Supplier<Validation> validation) {
		this.flyway = flyway;
		this.database = database;
		this.inspection = inspection;
		this.strategy = SingletonSupplier.ofNullable(strategy);
		this.settings = settings;
		this.stop = stop;
		this.validation = validation;
	}

	private Configuration configuration() {
		return this.flyway.get().getConfiguration();
	}

	@Override
	public StoreName store() {
		return StoreName.POSTGRES;
	}

	private @Nullable Consumer<Flyway> strategy() {
		return this.strategy.get();
	}

	private Optional<ValidateResult> ask() {
		try {
			return Optional.of(FlywayFailures.explaining(this.inspection::precheck));
		}
		catch (MigrationException ex) {
			requireStrategysBusiness(strategy(), ex);
			return Optional.empty();
		}
	}

	private Optional<ValidateResult> complaints() {
		return this.complaints.get();
	}

	private @Nullable FlywayView view() {
		return this.view.get().orElse(null);
	}

	@Override
	public void check() {
		FlywayView view = view();
		if (view != null && strategy() == null && configuration().isValidateOnMigrate()
				&& !view.validation().errors().isEmpty()) {
			throw new MigrationException(view.validation().errors(), "unchanged", null);
		}
	}

	@Override
	public boolean hasWork() {
		return view() != null || strategy() != null || this.settings.alwaysMigrate()
				|| new RunCallbacks(configuration()).haveListeners();
	}

	private Optional<FlywayView> complain() {
		return complaints().filter((result) -> !result.validationSuccessful)
			.map((result) -> FlywayFailures.explaining(() -> this.inspection.validate(result)));
	}

	@Override
	public Validation seen() {
		return validate();
	}

	@Override
	public Validation validate() {
		return this.validation.get();
	}

	@Override
	public StoreResult migrate(MigrationRun run, PlanGuard guard) {
		long startedAt = System.nanoTime();
		Consumer<Flyway> strategy = strategy();
		String from = null;
		FlywayView view = view();
		if (view == null) {
			if (complaints().filter((complaints) -> complaints.validateCount == 0).isPresent()) {
				log(this.inspection.noMigrations());
			}
			if (!hasWork()) {
				return result(StoreResult.Outcome.UP_TO_DATE, null, List.of(), startedAt);
			}
		}
		else {
			Validation validation = view.validation();
			validation.problems()
				.stream()
				.filter((problem) -> !problem.isError() && problem.code() != ProblemCode.HELD)
				.forEach(FlywayLook::log);
			from = currentVersion(validation);
			check();
			if (view.hold() != null && view.isHeld() && !isBeingRolledBack(view.hold())) {
				return held(from, List.of(), view.hold().problem(), startedAt);
			}
			if (validation.isAhead() && !hasPendingVersion(validation)) {
				return result(StoreResult.Outcome.AHEAD, from, List.of(), startedAt);
			}
		}
		return migrate((strategy != null) ? strategy : Flyway::migrate, run, guard, view, from, startedAt);
	}

	private StoreResult migrate(Consumer<Flyway> strategy, MigrationRun run, PlanGuard guard, @Nullable FlywayView view,
			@Nullable String from, long startedAt) {
		EffectiveHold hold = (view != null) ? view.hold() : null;
		RecordingFlyway flyway = new RecordingFlyway(this.flyway.get(), this.database.get(), run, this.stop, guard,
				new HoldGuard(this.database.get(), (view != null) ? view.build() : null,
						(hold != null) ? hold.hold() : null));
		try {
			if (view != null && (view.isHeld() || view.liftsHold())) {
				FlywayFailures.explaining(() -> new HoldRelease(configuration(), this.database.get(), run,
						this.settings.rerunRepeatables(), this.stop)
					.lift(view.build()));
			}
			prepare(run);
			List<String> applied = flyway.migrate(strategy);
			return result(applied.isEmpty() ? StoreResult.Outcome.UP_TO_DATE : StoreResult.Outcome.APPLIED, from,
					applied, startedAt);
		}
		catch (MigrationException ex) {
			if (ex.getCode() != ProblemCode.HELD) {
				throw ex;
			}
			// Another instance has rolled back since this instance has looked
			return held(from, flyway.appliedSoFar(), ex.getProblems().get(0), startedAt);
		}
	}

	private void prepare(MigrationRun run) {
		FlywayDatabase database = this.database.get();
		if (database.isPostgres()) {
			FlywayFailures.explaining(() -> {
				database.upgrade(database.dataSource());
				new LostHistory(database, configuration()).startAfresh(run, this.stop);
				return database;
			});
		}
	}

	// Which builds will be newer than a rollback is not known before anything is undone
	private boolean isBeingRolledBack(EffectiveHold hold) {
		return hold.newestRolledBack() == null && FlywayFailures.explaining(() -> this.database.get().lock()).held();
	}

	private StoreResult held(@Nullable String from, List<String> applied, Problem hold, long startedAt) {
		log(hold);
		StoreResult result = result(StoreResult.Outcome.HELD, from, applied, startedAt);
		return new StoreResult(result.store(), result.outcome(), result.from(), result.to(), applied, List.of(hold),
				result.duration());
	}

	private StoreResult result(StoreResult.Outcome outcome, @Nullable String from, List<String> applied,
			long startedAt) {
		String to = applied.stream()
			.filter((id) -> !MigrationDescriptor.isRepeatable(id))
			.reduce((first, second) -> second)
			.orElse(from);
		return new StoreResult(store(), outcome, from, to, applied, List.of(),
				Duration.ofNanos(System.nanoTime() - startedAt));
	}

	private static void log(Problem problem) {
		logger.warn("%s: %s. %s".formatted(problem.code(), problem.message(), problem.action()));
	}

	private static boolean hasPendingVersion(Validation validation) {
		return validation.pending().stream().anyMatch((entry) -> !entry.isRepeatable());
	}

	private static @Nullable String currentVersion(Validation validation) {
		return validation.entries()
			.stream()
			.filter((entry) -> entry.state().isApplied() && !entry.isRepeatable())
			.map(MigrationEntry::id)
			.reduce((first, second) -> second)
			.orElse(null);
	}

	// A strategy may use a configuration of its own, so most failures are left to it
	static void requireStrategysBusiness(@Nullable Consumer<Flyway> strategy, MigrationException failure) {
		if (strategy == null || switch (failure.getCode()) {
			case STORE_UNREACHABLE, AUTH_FAILED, PERMISSION_DENIED, MISSING_DEPENDENCY -> true;
			default -> false;
		}) {
			throw failure;
		}
		logger.debug("Left to the strategy of the application", failure);
	}

}
