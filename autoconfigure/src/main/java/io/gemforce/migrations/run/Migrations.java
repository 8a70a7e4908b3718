package io.gemforce.migrations.run;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.store.Requirement;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StoreLook;
import io.gemforce.migrations.store.StorePlan;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.UndoProblems;
import io.gemforce.migrations.store.Validation;

/**
 * The migrations of a service: brings its stores to what the mode asks for when the
 * service starts, and answers what state they are in. A store that is switched off is
 * never spoken to.
 */
public final class Migrations {

	private static final Log logger = LogFactory.getLog(Migrations.class);

	private final Settings settings;

	private final MigrationRun run;

	private final Supplier<Stream<MigrationStore>> stores;

	private final ShutdownSignal stop;

	private final Clock clock;

	private final Map<StoreName, StoreResult> results = new EnumMap<>(StoreName.class);

	private final Map<StoreName, CachedSnapshot> snapshots = new ConcurrentHashMap<>();

	private final RunTracker active;

	private @Nullable RunNotifier heardStart;

	private @Nullable LookAhead startAhead;

	public Migrations(Settings settings, MigrationRun run, Supplier<Stream<MigrationStore>> stores, ShutdownSignal stop,
			Clock clock) {
		this.settings = settings;
		this.run = run;
		this.stores = stores;
		this.stop = stop;
		this.clock = clock;
		this.active = new RunTracker(clock);
	}

	/**
	 * Bring a store to what the mode asks for, when the service starts. A job does not.
	 */
	public StoreResult start(StoreName name) {
		try (ShutdownSignal.WorkInProgress step = this.stop.begin()) {
			StoreResult result = startInStep(name);
			this.results.put(name, result);
			return result;
		}
	}

	// What is reported after the step may come too late to be read
	private StoreResult startInStep(StoreName name) {
		boolean job = this.run.trigger() == Trigger.JOB;
		try {
			return (job || isDisabled(name)) ? start(name, job) : heardStart().perform(name, () -> start(name, false));
		}
		catch (MigrationException ex) {
			if (ex.getCode() == ProblemCode.SHUTTING_DOWN) {
				logger.warn(ex.getMessage());
			}
			throw PartialRuns.explain(ex, this.results.values());
		}
	}

	private synchronized RunNotifier heardStart() {
		RunNotifier heard = this.heardStart;
		if (heard == null) {
			heard = new RunNotifier(this.run, enabled(stores()).toList());
			this.heardStart = heard;
		}
		return heard;
	}

	private synchronized LookAhead startAhead() {
		LookAhead ahead = this.startAhead;
		if (ahead == null) {
			List<MigrationStore> stores = enabled(stores()).map(this::get).toList();
			ahead = switch (this.settings.mode()) {
				case VALIDATE -> new LookAhead(stores, (look) -> StoreCheck.requireUpToDate(look.store(), look.seen()),
						(look) -> false);
				case WAIT -> new LookAhead(stores, (look) -> StoreCheck.requireValid(look.seen()),
						(look) -> !look.seen().open().isEmpty());
				default -> beforeMigrating(stores);
			};
			this.startAhead = ahead;
		}
		return ahead;
	}

	private static LookAhead beforeMigrating(List<MigrationStore> stores) {
		return new LookAhead(stores, StoreLook::check, StoreLook::hasWork);
	}

	private StoreResult start(StoreName name, boolean job) {
		if (isDisabled(name)) {
			return StoreCheck.checked(name, StoreResult.Outcome.DISABLED);
		}
		if (job) {
			return StoreCheck.checked(name, StoreResult.Outcome.CHECKED);
		}
		MigrationStore store = get(name);
		return switch (this.settings.mode()) {
			case MIGRATE -> migrate(store, this.run, PlanGuard.open(), startAhead());
			case VALIDATE -> StoreCheck.requireUpToDate(store, startAhead().at(store).validate());
			case WAIT -> new UpToDateWait(this.settings.waitTimeout(), this.stop).await(store, startAhead().at(store));
			case OBSERVE -> observe(store);
		};
	}

	/**
	 * Plan what a run would execute, leaving out stores that are switched off. Only
	 * reads, and creates nothing.
	 */
	public Plan plan(Collection<StoreName> names, boolean exact) {
		return Plan.of(enabled(names).map((name) -> get(name).plan(exact)).toList());
	}

	public StorePlan plan(StoreName name) {
		return get(name).plan(false);
	}

	private StoreResult migrate(MigrationStore store, MigrationRun run, PlanGuard guard, LookAhead ahead) {
		return this.active.execute(run, store.name(),
				(listener) -> ahead.at(store).migrate(run, guard.withProgress(listener)));
	}

	public RunOutcome migrate(Collection<StoreName> names, @Nullable String expectedPlan) {
		return migrate(this.run, names, expectedPlan);
	}

	/**
	 * Migrate stores, one after the other, once none of them has anything wrong. The
	 * first failure ends it.
	 * @param expectedPlan the hash of the only plan to execute, {@code null} for any
	 */
	public RunOutcome migrate(MigrationRun run, Collection<StoreName> names, @Nullable String expectedPlan) {
		PlanGuard guard = PlanGuard.open();
		if (expectedPlan != null) {
			Plan plan = plan(names, false);
			PlanGuard.requireUnchanged(plan, expectedPlan);
			guard = PlanGuard.of(plan);
		}
		PlanGuard guarded = guard;
		LookAhead ahead = beforeMigrating(enabled(names).map(this::get).toList());
		return inOrder(run, names.stream().sorted(), (name) -> isDisabled(name)
				? StoreCheck.checked(name, StoreResult.Outcome.DISABLED) : migrate(get(name), run, guarded, ahead));
	}

	private RunOutcome inOrder(MigrationRun run, Stream<StoreName> names, Function<StoreName, StoreResult> work) {
		List<StoreResult> done = new ArrayList<>();
		List<StoreName> stores = names.toList();
		RunNotifier heard = new RunNotifier(run, enabled(stores).toList());
		for (StoreName name : stores) {
			try {
				done.add(isDisabled(name) ? work.apply(name) : heard.perform(name, () -> work.apply(name)));
			}
			catch (MigrationException ex) {
				return new RunOutcome(run, done, PartialRuns.explain(ex, done));
			}
			finally {
				forgetSnapshot(name);
			}
		}
		return new RunOutcome(run, done, null);
	}

	public List<RehearsalResult> rehearse(Collection<StoreName> names, RehearsalScope scope) {
		return enabled(names).flatMap((name) -> get(name).rehearse(scope).stream()).toList();
	}

	/**
	 * Plan a rollback, the store that was migrated last first. Only reads.
	 */
	public List<StoreRollback> planRollback(RollbackTarget target) {
		List<StoreRollback> rollbacks = concerned(target).map((name) -> get(name).planRollback(target)).toList();
		if (target instanceof RollbackTarget.OfRuns runs
				&& rollbacks.stream().allMatch((rollback) -> rollback.steps().isEmpty())) {
			throw new MigrationException(new Problem(Severity.ERROR, ProblemCode.INVALID_ARGUMENT, null,
					"Nothing that is applied was applied by run %s".formatted(String.join(", ", runs.runIds())),
					"Look for the runId in the history, or roll back to a version"), "unchanged", null);
		}
		new RollbackRequirements(this, rollbacks).check();
		return rollbacks;
	}

	private Stream<StoreName> concerned(RollbackTarget target) {
		return enabled(List.of(StoreName.values())).filter((name) -> find(name).isPresent() && target.concerns(name))
			.sorted(Comparator.reverseOrder());
	}

	private Stream<StoreName> enabled(Collection<StoreName> names) {
		return names.stream().filter((name) -> !isDisabled(name)).sorted();
	}

	public RunOutcome rollback(RollbackTarget target, @Nullable String expectedPlan, @Nullable String reason) {
		return rollback(this.run, target, expectedPlan, reason);
	}

	/**
	 * Roll back. The first failure ends it. If something cannot be undone, or the plan is
	 * another one, it throws before anything is touched.
	 * @param expectedPlan the hash of the only plan to execute, {@code null} for any
	 */
	public RunOutcome rollback(MigrationRun run, RollbackTarget target, @Nullable String expectedPlan,
			@Nullable String reason) {
		List<StoreRollback> rollbacks = planRollback(target);
		Plan plan = StoreRollback.plan(rollbacks);
		if (expectedPlan != null) {
			PlanGuard.requireUnchanged(plan, expectedPlan);
		}
		requireUndo(plan);
		PlanGuard guard = PlanGuard.of(plan);
		return inOrder(run,
				rollbacks.stream().filter((rollback) -> !rollback.steps().isEmpty()).map(StoreRollback::store),
				(name) -> this.active.execute(run, name,
						(listener) -> get(name).rollback(target, run, guard.withProgress(listener), reason)));
	}

	private static void requireUndo(Plan plan) {
		List<Problem> problems = plan.steps()
			.stream()
			.filter((step) -> !step.undo().available())
			.map((step) -> UndoProblems.cannotBeUndone(step.store(), step.descriptor(), step.undo().reason()))
			.toList();
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, UndoProblems.NOTHING_UNDONE, null);
		}
	}

	public List<String> perform(StoreName name, Operation operation) {
		return perform(this.run, name, operation);
	}

	public @Nullable List<String> preview(StoreName name, Operation operation) {
		return get(name).preview(operation);
	}

	public List<String> perform(MigrationRun run, StoreName name, Operation operation) {
		try {
			List<String> done = this.active.execute(run, name, (listener) -> get(name).perform(operation, run));
			run.listener().operationEnded(run, name, operation, null);
			return done;
		}
		catch (RuntimeException ex) {
			run.listener().operationEnded(run, name, operation, ex);
			throw ex;
		}
		finally {
			forgetSnapshot(name);
		}
	}

	public Optional<ActiveRun> running(StoreName name) {
		return this.active.running(name);
	}

	/**
	 * Return what this process is at work on, or was last.
	 */
	public Optional<ActiveRun> newestRun() {
		return this.active.newest();
	}

	public StoreLock lock(StoreName name) {
		return get(name).lock();
	}

	public Optional<Hold> hold(StoreName name) {
		return get(name).hold();
	}

	public void forgetSnapshot(StoreName name) {
		cached(name).expire();
	}

	private StoreResult observe(MigrationStore store) {
		try {
			Validation validation = store.validate();
			cached(store.name()).storePartial(StoreSnapshot.partial(store, validation, this.clock.instant()));
			StoreCheck.logProblems(validation);
			if (!validation.pending().isEmpty()) {
				logger.warn("Migrations of store '%s' are pending and not run, as gemforce.migrations.mode=observe: %s"
					.formatted(store.name(), StoreCheck.abbreviate(validation.pending())));
			}
		}
		catch (MigrationException ex) {
			cached(store.name()).storePartial(StoreSnapshot.unreadable(store, ex, this.clock.instant()));
			logger.warn(ex.getMessage());
		}
		return StoreCheck.checked(store.name(), StoreResult.Outcome.CHECKED);
	}

	public MigrationMode mode() {
		return this.settings.mode();
	}

	public MigrationRun run() {
		return this.run;
	}

	public List<StoreResult> results() {
		return List.copyOf(this.results.values());
	}

	public boolean isDisabled(StoreName name) {
		return this.settings.disabled().contains(name);
	}

	/**
	 * Returns the stores that it has or has switched off, in order.
	 */
	public List<StoreName> stores() {
		return Stream.of(StoreName.values()).filter(this::isResponsibleFor).toList();
	}

	public Requirements.Status check(Requirement requirement) {
		if (isDisabled(requirement.store())) {
			return Requirements.Status.NO_STORE;
		}
		return find(requirement.store()).map((store) -> status(store.validate(), requirement.version()))
			.orElse(Requirements.Status.NO_STORE);
	}

	private static Requirements.Status status(Validation validation, Version version) {
		return validation.entries()
			.stream()
			.filter((entry) -> version.equals(entry.version()))
			.map(Migrations::status)
			.findFirst()
			.orElse(Requirements.Status.UNKNOWN);
	}

	private static Requirements.Status status(MigrationEntry entry) {
		if (entry.state().isApplied() && !entry.isUndoUnfinished()) {
			return Requirements.Status.MET;
		}
		return entry.isPending() ? Requirements.Status.PENDING : Requirements.Status.UNMET;
	}

	public Validation validate(StoreName name) {
		return get(name).validate();
	}

	/**
	 * Whether this service has the store, or has switched it off.
	 */
	public boolean isResponsibleFor(StoreName name) {
		return isDisabled(name) || find(name).isPresent();
	}

	/**
	 * Return the stores as they are, or were a moment ago.
	 */
	public List<StoreSnapshot> snapshots() {
		return Stream.of(StoreName.values()).flatMap((name) -> snapshot(name).stream()).toList();
	}

	public Optional<StoreSnapshot> snapshot(StoreName name) {
		if (isDisabled(name)) {
			return Optional.of(StoreSnapshot.disabled(name, this.clock.instant()));
		}
		return find(name).map(this::snapshot);
	}

	private StoreSnapshot snapshot(MigrationStore store) {
		return cached(store.name()).get(store, this.settings.snapshotMaxAge());
	}

	private CachedSnapshot cached(StoreName name) {
		return this.snapshots.computeIfAbsent(name, (store) -> new CachedSnapshot(this.clock));
	}

	/**
	 * Return what is known about a store, however old it is. Asks the store nothing.
	 */
	public Optional<StoreSnapshot> known(StoreName name) {
		return isDisabled(name) ? snapshot(name) : cached(name).known();
	}

	public boolean isKnown(StoreName name, Duration maxAge) {
		return cached(name).isFresh(maxAge);
	}

	public List<Execution> executions(StoreName name, Collection<MigrationEntry> entries) {
		return entries.isEmpty() ? List.of() : get(name).executions(entries);
	}

	private MigrationStore get(StoreName name) {
		return find(name).orElseThrow(() -> new IllegalArgumentException("No store '%s'".formatted(name)));
	}

	private Optional<MigrationStore> find(StoreName name) {
		return this.stores.get().filter((store) -> store.name() == name).findFirst();
	}

	/**
	 * What a user can set about all stores.
	 *
	 * @param waitTimeout how long to wait for another instance to migrate
	 * @param snapshotMaxAge how old an answer may be
	 */
	public record Settings(MigrationMode mode, Set<StoreName> disabled, Duration waitTimeout, Duration snapshotMaxAge) {

		public Settings {
			disabled = Set.copyOf(disabled);
		}

	}

}
