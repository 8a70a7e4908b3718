package io.gemforce.migrations;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The migrations of a service: brings its stores to what the mode asks for when the
 * service starts, and answers what state they are in.
 * <p>
 * A store that is switched off is never spoken to.
 */
public final class Migrations {

	private static final Log logger = LogFactory.getLog(Migrations.class);

	private final MigrationMode mode;

	private final MigrationRun run;

	private final Set<StoreName> disabled;

	private final Supplier<Stream<MigrationStore>> stores;

	private final Duration snapshotMaxAge;

	private final Clock clock;

	private final Map<StoreName, StoreResult> results = new EnumMap<>(StoreName.class);

	private final Map<StoreName, StoreSnapshot> snapshots = new EnumMap<>(StoreName.class);

	/**
	 * Create the migrations of a service.
	 * @param mode what to do when the service starts
	 * @param run the run that the start of the service is
	 * @param disabled the stores that are switched off
	 * @param stores the stores that are not
	 * @param snapshotMaxAge how old an answer may be
	 * @param clock the clock that tells the age of an answer
	 */
	public Migrations(MigrationMode mode, MigrationRun run, Set<StoreName> disabled,
			Supplier<Stream<MigrationStore>> stores, Duration snapshotMaxAge, Clock clock) {
		this.mode = mode;
		this.run = run;
		this.disabled = Set.copyOf(disabled);
		this.stores = stores;
		this.snapshotMaxAge = snapshotMaxAge;
		this.clock = clock;
	}

	/**
	 * Bring a store to what the mode asks for.
	 * @param name the store
	 * @return what was done
	 * @throws MigrationException if the service must not start on this store
	 */
	public StoreResult start(StoreName name) {
		StoreResult result = isDisabled(name) ? checked(name, StoreResult.Outcome.DISABLED) : start(get(name));
		this.results.put(name, result);
		return result;
	}

	private StoreResult start(MigrationStore store) {
		return switch (this.mode) {
			case MIGRATE -> store.migrate(this.run);
			case VALIDATE -> requireUpToDate(store);
			case OBSERVE -> observe(store);
		};
	}

	private StoreResult requireUpToDate(MigrationStore store) {
		Validation validation = store.validate();
		List<Problem> problems = new ArrayList<>(validation.errors());
		List<MigrationEntry> open = validation.entries()
			.stream()
			.filter((entry) -> entry.isPending() || entry.state() == MigrationState.RUNNING)
			.toList();
		if (!open.isEmpty()) {
			problems.add(Problem.error(ProblemCode.PENDING_MIGRATIONS, store.name(),
					"%d migration(s) of store '%s' are not applied: %s".formatted(open.size(), store.name(),
							abbreviate(open)),
					"Apply them from an instance with gemforce.migrations.mode=migrate, then start this one again, "
							+ "or set that mode here"));
		}
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, "unchanged, gemforce.migrations.mode=validate only reads", null);
		}
		logProblems(validation);
		return checked(store.name(), StoreResult.Outcome.CHECKED);
	}

	private StoreResult observe(MigrationStore store) {
		try {
			Validation validation = store.validate();
			logProblems(validation);
			if (!validation.pending().isEmpty()) {
				logger.warn("Migrations of store '%s' are pending and not run, as gemforce.migrations.mode=observe: %s"
					.formatted(store.name(), abbreviate(validation.pending())));
			}
		}
		catch (MigrationException ex) {
			logger.warn(ex.getMessage());
		}
		return checked(store.name(), StoreResult.Outcome.CHECKED);
	}

	private static void logProblems(Validation validation) {
		validation.problems()
			.forEach((problem) -> logger
				.warn("%s: %s. %s".formatted(problem.code(), problem.message(), problem.action())));
	}

	private static String abbreviate(List<MigrationEntry> entries) {
		int shown = Math.min(entries.size(), 10);
		String list = String.join(", ", entries.subList(0, shown).stream().map(MigrationEntry::toString).toList());
		return (shown < entries.size()) ? "%s and %d more".formatted(list, entries.size() - shown) : list;
	}

	private static StoreResult checked(StoreName name, StoreResult.Outcome outcome) {
		return new StoreResult(name, outcome, null, null, List.of(), Duration.ZERO);
	}

	/**
	 * Return what to do when the service starts.
	 * @return the mode
	 */
	public MigrationMode mode() {
		return this.mode;
	}

	/**
	 * Return the run that the start of the service is.
	 * @return the run
	 */
	public MigrationRun run() {
		return this.run;
	}

	/**
	 * Return what the start of the service has done so far.
	 * @return a result for each store that was started, in order
	 */
	public List<StoreResult> results() {
		return List.copyOf(this.results.values());
	}

	/**
	 * Whether a store is switched off.
	 * @param name the store
	 * @return whether nobody migrates it
	 */
	public boolean isDisabled(StoreName name) {
		return this.disabled.contains(name);
	}

	/**
	 * Whether it is for this to say what becomes of a store.
	 * @param name the store
	 * @return whether this service has the store, or has switched it off
	 */
	public boolean isResponsibleFor(StoreName name) {
		return isDisabled(name) || find(name).isPresent();
	}

	/**
	 * Return the stores of this service as they are, or were a moment ago.
	 * @return a snapshot of each store, in order
	 */
	public List<StoreSnapshot> snapshots() {
		return Stream.of(StoreName.values()).flatMap((name) -> snapshot(name).stream()).toList();
	}

	/**
	 * Return a store as it is, or was a moment ago.
	 * @param name the store
	 * @return the snapshot, or empty if this service does not have that store
	 */
	public Optional<StoreSnapshot> snapshot(StoreName name) {
		if (isDisabled(name)) {
			return Optional.of(StoreSnapshot.disabled(name, this.clock.instant()));
		}
		return find(name).map(this::snapshot);
	}

	private synchronized StoreSnapshot snapshot(MigrationStore store) {
		Instant now = this.clock.instant();
		StoreSnapshot snapshot = this.snapshots.get(store.name());
		if (snapshot == null || snapshot.takenAt().plus(this.snapshotMaxAge).isBefore(now)) {
			snapshot = read(store, now);
			this.snapshots.put(store.name(), snapshot);
		}
		return snapshot;
	}

	private static StoreSnapshot read(MigrationStore store, Instant now) {
		try {
			Validation validation = store.validate();
			return StoreSnapshot.of(store, validation, store.lock(), lastApplied(store, validation), now);
		}
		catch (MigrationException ex) {
			StoreStatus status = switch (ex.getCode()) {
				case STORE_UNREACHABLE, AUTH_FAILED, PERMISSION_DENIED -> StoreStatus.UNREACHABLE;
				default -> StoreStatus.INVALID;
			};
			return StoreSnapshot.unreadable(store, status, ex.getProblems(), now);
		}
	}

	private static @Nullable Execution lastApplied(MigrationStore store, Validation validation) {
		return validation.entries()
			.stream()
			.filter((entry) -> entry.state().isApplied() && entry.rank() != null)
			.max(Comparator.comparing((entry) -> Objects.requireNonNull(entry.rank())))
			.flatMap((entry) -> store.executions(List.of(entry))
				.stream()
				.filter((execution) -> execution.state() == MigrationState.APPLIED)
				.reduce((first, second) -> second))
			.orElse(null);
	}

	/**
	 * Read the history of some migrations of a store.
	 * @param name the store
	 * @param entries the migrations
	 * @return every attempt to execute one of them, the oldest first
	 * @throws MigrationException if the store cannot be read
	 */
	public List<Execution> executions(StoreName name, Collection<MigrationEntry> entries) {
		return entries.isEmpty() ? List.of() : get(name).executions(entries);
	}

	private MigrationStore get(StoreName name) {
		return find(name).orElseThrow(() -> new IllegalArgumentException("No store '%s'".formatted(name)));
	}

	private Optional<MigrationStore> find(StoreName name) {
		return this.stores.get().filter((store) -> store.name() == name).findFirst();
	}

}
