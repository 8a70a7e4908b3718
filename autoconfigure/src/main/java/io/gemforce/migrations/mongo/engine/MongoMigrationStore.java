package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.util.function.SingletonSupplier;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationEntry;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationStore;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreLock;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Validation;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.lock.Lease;
import io.gemforce.migrations.mongo.lock.LockDocument;
import io.gemforce.migrations.mongo.lock.LockHolder;
import io.gemforce.migrations.mongo.lock.LockLostException;
import io.gemforce.migrations.mongo.lock.LockTimeoutException;
import io.gemforce.migrations.mongo.lock.MigrationLock;

/**
 * The runner of MongoDB migrations. One run, of which the first step is all that happens
 * when there is nothing to do:
 * <ol>
 * <li>Discover the migrations among the beans, read the history, validate. Nothing
 * pending and no open row: done.</li>
 * <li>Acquire the {@link MigrationLock lock}; whoever waited for it looks at the history
 * again before.</li>
 * <li>After a takeover: end the former holder's session, mark the takeover in the
 * history, close what was left open.</li>
 * <li>Read the history again. A fence higher than one's own: the lock is lost. Validate
 * and plan again.</li>
 * <li>For each pending migration: open a row at the next rank, execute, close the row. If
 * somebody else has the rank, read the history again.</li>
 * <li>Release the lock.</li>
 * </ol>
 */
public final class MongoMigrationStore implements MigrationStore {

	private static final Log logger = LogFactory.getLog(MongoMigrationStore.class);

	private final Supplier<MongoAccess> access;

	private final Supplier<Discovery> discovery;

	private final Supplier<MigrationLock> lock;

	private final MigrationTemplates templates;

	private final MigrationValidator validator;

	private final ApplicationInstance application;

	private final String engine;

	private final Duration lockWaitTimeout;

	private final LongSupplier nanoTime;

	private volatile @Nullable String owner;

	/**
	 * Create a store. Nothing is sent before the store is asked for something.
	 * @param factory gives out the application's database
	 * @param client the client that the factory uses
	 * @param beanFactory the beans to find migrations among
	 * @param initializer the name of the bean that users of MongoDB wait for
	 * @param templates makes the templates that migrations get
	 * @param settings what the user has set
	 * @param application this instance
	 * @param engine name and version of this library
	 */
	public MongoMigrationStore(Supplier<MongoDatabaseFactory> factory, Supplier<MongoClient> client,
			ListableBeanFactory beanFactory, String initializer, MigrationTemplates templates, MongoSettings settings,
			ApplicationInstance application, String engine) {
		this.nanoTime = System::nanoTime;
		this.access = SingletonSupplier.of(() -> new MongoAccess(factory.get(), client.get(), settings));
		this.discovery = SingletonSupplier.of(() -> new MigrationDiscovery(beanFactory, initializer).discover());
		this.lock = SingletonSupplier
			.of(() -> new MigrationLock(this.access.get().lockCollection(), settings.lease(), this.nanoTime));
		this.templates = templates;
		this.validator = new MigrationValidator(application.name());
		this.application = application;
		this.engine = engine;
		this.lockWaitTimeout = settings.lockWaitTimeout();
	}

	@Override
	public StoreName name() {
		return StoreName.MONGO;
	}

	@Override
	public String engine() {
		return this.engine;
	}

	@Override
	public Validation validate() {
		return reading(() -> this.validator.validate(this.discovery.get(), history().read()));
	}

	@Override
	public StoreLock lock() {
		return reading(() -> this.lock.get().look().filter((lock) -> lock.owner() != null).map(this::lock))
			.orElse(StoreLock.FREE);
	}

	private StoreLock lock(LockDocument lock) {
		boolean mine = Objects.equals(lock.owner(), this.owner);
		return new StoreLock(true, mine, mine || this.lock.get().isAlive(lock), lock.owner(), lock.acquiredAt(),
				lock.doing());
	}

	@Override
	public List<Execution> executions(Collection<MigrationEntry> entries) {
		List<Long> ranks = entries.stream().flatMap((entry) -> entry.attempts().stream()).toList();
		return ranks.isEmpty() ? List.of() : reading(() -> history().executions(ranks));
	}

	private MigrationHistory history() {
		MongoAccess access = this.access.get();
		return new MigrationHistory(access.historyCollection(access.factory()));
	}

	private <T> T reading(Supplier<T> read) {
		try {
			return read.get();
		}
		catch (MongoException ex) {
			throw MongoFailures.explain(ex, this.access.get().address(), "unchanged");
		}
	}

	@Override
	public StoreResult migrate(MigrationRun run) {
		long startedAt = this.nanoTime.getAsLong();
		Discovery discovery = this.discovery.get();
		History history = reading(() -> history().read());
		Validation validation = this.validator.validate(discovery, history);
		logWarnings(validation);
		stopOnErrors(validation, "unchanged");
		List<String> applied = new ArrayList<>();
		if (!isDone(validation, history)) {
			try {
				migrateUnderLock(run, discovery, applied);
			}
			catch (MongoException ex) {
				throw MongoFailures.explain(ex, this.access.get().address(), state(applied));
			}
		}
		return result(validation, applied, Duration.ofNanos(this.nanoTime.getAsLong() - startedAt));
	}

	private static void logWarnings(Validation validation) {
		validation.problems()
			.stream()
			.filter((problem) -> !problem.isError())
			.forEach((problem) -> logger
				.warn("%s: %s. %s".formatted(problem.code(), problem.message(), problem.action())));
	}

	private static void stopOnErrors(Validation validation, String databaseState) {
		if (!validation.errors().isEmpty()) {
			throw new MigrationException(validation.errors(), databaseState, null);
		}
	}

	private static boolean isDone(Validation validation, History history) {
		return validation.pending().isEmpty() && !history.hasOpenRows();
	}

	private static String state(List<String> applied) {
		return applied.isEmpty() ? "this run has applied nothing"
				: "this run has applied %s".formatted(String.join(", ", applied));
	}

	private StoreResult result(Validation before, List<String> applied, Duration duration) {
		boolean ahead = before.entries().stream().anyMatch((entry) -> entry.state() == MigrationState.FUTURE);
		String from = before.entries()
			.stream()
			.filter((entry) -> entry.state().isApplied())
			.map(MigrationEntry::version)
			.reduce((first, second) -> second)
			.orElse(null);
		if (applied.isEmpty()) {
			return new StoreResult(name(), ahead ? StoreResult.Outcome.AHEAD : StoreResult.Outcome.UP_TO_DATE, from,
					null, applied, duration);
		}
		return new StoreResult(name(), StoreResult.Outcome.APPLIED, from, applied.get(applied.size() - 1), applied,
				duration);
	}

	private void migrateUnderLock(MigrationRun run, Discovery discovery, List<String> applied) {
		try (RunnerSession session = new RunnerSession(this.access.get())) {
			Optional<Lease> acquired = acquire(run, session, discovery);
			if (acquired.isPresent()) {
				try (Lease lease = acquired.get()) {
					migrate(run, session, discovery, lease, applied);
				}
				catch (LockLostException ex) {
					throw new MigrationException(Problem.error(ProblemCode.LOCK_LOST, StoreName.MONGO,
							"The lock of store 'mongo' was lost: %s".formatted(ex.getMessage()),
							"Start again. If this happens often, look for long pauses of the process, or raise "
									+ "gemforce.migrations.lock.lease"),
							state(applied), ex);
				}
				finally {
					this.owner = null;
				}
			}
		}
	}

	private Optional<Lease> acquire(MigrationRun run, RunnerSession session, Discovery discovery) {
		String owner = "%s#%s".formatted(this.application, run.id());
		LockHolder holder = new LockHolder(owner, this.application.name(), this.application.host(), session.id());
		try {
			Optional<Lease> lease = this.lock.get().acquire(holder, this.lockWaitTimeout, () -> {
				History history = session.history().read();
				return !isDone(this.validator.validate(discovery, history), history);
			});
			this.owner = owner;
			return lease;
		}
		catch (LockTimeoutException ex) {
			throw new MigrationException(
					Problem.error(ProblemCode.LOCK_TIMEOUT, StoreName.MONGO,
							"Waited %s for the migration lock of store 'mongo', held by %s since %s, doing: %s"
								.formatted(this.lockWaitTimeout, ex.getLock().owner(), ex.getLock().acquiredAt(),
										ex.getLock().doing()),
							"If the holder is still at work, wait, or raise gemforce.migrations.lock.wait-timeout"),
					"unchanged by this instance", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MigrationException(
					Problem.error(ProblemCode.LOCK_TIMEOUT, StoreName.MONGO,
							"Interrupted while waiting for the migration lock of store 'mongo'", "Start again"),
					"unchanged by this instance", ex);
		}
	}

	private void migrate(MigrationRun run, RunnerSession session, Discovery discovery, Lease lease,
			List<String> applied) {
		if (lease.isTakenOver()) {
			takeOver(run, session, lease);
		}
		MigrationExecutor executor = new MigrationExecutor(session, this.templates, lease, run, this.nanoTime);
		boolean complete = false;
		while (!complete) {
			History history = readUnder(lease, session);
			if (!history.leftOpenBefore(lease.fence()).isEmpty()) {
				takeOver(run, session, lease);
				continue;
			}
			Validation validation = this.validator.validate(discovery, history);
			stopOnErrors(validation, state(applied));
			complete = execute(pending(discovery, validation), history.nextRank(), executor, applied);
		}
	}

	private static List<BeanMigration> pending(Discovery discovery, Validation validation) {
		Map<Version, BeanMigration> byVersion = discovery.byVersion();
		return validation.pending()
			.stream()
			.map(MigrationEntry::version)
			.flatMap((version) -> Version.parse(Objects.requireNonNull(version)).stream())
			.map(byVersion::get)
			.filter(Objects::nonNull)
			.toList();
	}

	private boolean execute(List<BeanMigration> pending, long firstRank, MigrationExecutor executor,
			List<String> applied) {
		boolean transactions = this.access.get().hasTransactions();
		requireTransactions(pending, transactions);
		long rank = firstRank;
		for (BeanMigration migration : pending) {
			if (!executor.execute(migration, rank, transactions && migration.transaction() != TransactionMode.NEVER)) {
				return false;
			}
			applied.add(migration.version().toString());
			rank++;
		}
		return true;
	}

	private void requireTransactions(List<BeanMigration> pending, boolean transactions) {
		List<Problem> problems = pending.stream()
			.filter((migration) -> !transactions && migration.transaction() == TransactionMode.REQUIRED)
			.map((migration) -> Problem.error(ProblemCode.NO_REPLICA_SET, StoreName.MONGO,
					"Migration %s requires a transaction, but the deployment at %s has none".formatted(migration,
							this.access.get().address()),
					"Use a replica set, one member is enough; or declare another TransactionMode and make the "
							+ "migration repeatable"))
			.toList();
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, "unchanged", null);
		}
	}

	private static History readUnder(Lease lease, RunnerSession session) {
		History history = session.history().read();
		if (history.highestFence() > lease.fence()) {
			throw new LockLostException("fence %d in the history is higher than this runner's, which is %d"
				.formatted(history.highestFence(), lease.fence()));
		}
		return history;
	}

	private void takeOver(MigrationRun run, RunnerSession session, Lease lease) {
		LockDocument predecessor = lease.predecessor();
		if (predecessor != null && predecessor.session() != null) {
			killSession(predecessor.session());
		}
		String description = "takeover from %s".formatted((predecessor != null) ? predecessor.owner() : "a former run");
		boolean marked = false;
		while (!marked) {
			lease.check();
			marked = session.history().mark(readUnder(lease, session).nextRank(), description, run, lease.fence());
		}
		session.history().closeLeftOpenBefore(lease.fence());
	}

	private void killSession(Object session) {
		try {
			this.access.get().killSession(session);
		}
		catch (MongoException ex) {
			logger.warn("Could not end the session of the former holder of the migration lock; if it has left a "
					+ "transaction open, that ends when the server's limit is reached: " + ex.getMessage());
		}
	}

}
