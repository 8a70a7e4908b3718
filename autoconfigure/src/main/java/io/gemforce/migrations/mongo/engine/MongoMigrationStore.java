package io.gemforce.migrations.mongo.engine;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.MongoClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.util.function.SingletonSupplier;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.mongo.change.ChangeFileSettings;
import io.gemforce.migrations.mongo.change.ChangeFiles;
import io.gemforce.migrations.mongo.context.MigrationTemplates;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.MigrationDiscovery;
import io.gemforce.migrations.mongo.discovery.MigrationSource;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.lock.LockDocument;
import io.gemforce.migrations.mongo.lock.LockLostException;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StoreLook;
import io.gemforce.migrations.store.StorePlan;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.Validation;

/**
 * The MongoDB store. Discovers the migrations once, and leaves each run to a
 * {@link MigrationRunner}.
 */
public final class MongoMigrationStore implements MigrationStore {

	private static final Log logger = LogFactory.getLog(MongoMigrationStore.class);

	private static final String ENGINE = "gemforce-migrations";

	private final Connection connection;

	private final Beans beans;

	private final MongoSettings settings;

	private final Service service;

	private final Clocks clocks;

	private final Supplier<MongoAccess> access;

	private final Supplier<MigrationLocker> locker;

	private final Supplier<MigrationValidator> validator;

	/**
	 * Create a store. Nothing is sent before the store is asked for something.
	 */
	public MongoMigrationStore(Connection connection, Beans beans, MongoSettings settings, Service service) {
		this(connection, beans, settings, service, new Clocks(System::nanoTime, Clock.systemUTC()));
	}

	MongoMigrationStore(Connection connection, Beans beans, MongoSettings settings, Service service, Clocks clocks) {
		this.connection = connection;
		this.beans = beans;
		this.settings = settings;
		this.service = service;
		this.clocks = clocks;
		this.access = SingletonSupplier.of(() -> new MongoAccess(connection.factory().get(), connection.client().get(),
				settings, clocks.nanoTime(), clocks.clock()));
		this.locker = SingletonSupplier
			.of(() -> new MigrationLocker(this.access.get(), service.stop(), settings.lock().waitTimeout()));
		this.validator = SingletonSupplier.of(() -> validator(beans.source().discover()));
	}

	private MigrationValidator validator(DiscoveredMigrations build) {
		return new MigrationValidator(build, this.service.application().name(), this.settings,
				this.service.requirements(), this.access);
	}

	@Override
	public StoreName name() {
		return StoreName.MONGO;
	}

	@Override
	public String engine() {
		String version = getClass().getPackage().getImplementationVersion();
		return (version != null) ? ENGINE + "/" + version : ENGINE;
	}

	@Override
	public Validation validate() {
		return look().validate();
	}

	@Override
	public StoreLock lock() {
		return translating(() -> this.access.get().lock().look().filter((lock) -> lock.owner() != null).map(this::lock))
			.orElse(StoreLock.FREE);
	}

	private StoreLock lock(LockDocument lock) {
		boolean mine = this.locker.get().isMine(lock.owner());
		return new StoreLock(true, mine, mine || this.access.get().lock().isAlive(lock), lock.owner(),
				lock.acquiredAt(), lock.doing());
	}

	@Override
	public List<Execution> executions(Collection<MigrationEntry> entries) {
		List<Long> ranks = entries.stream().flatMap((entry) -> entry.recorded().attempts().stream()).toList();
		return ranks.isEmpty() ? List.of() : translating(() -> this.access.get().history().executions(ranks));
	}

	@Override
	public StoreLook look() {
		return new MongoLook(this.validator);
	}

	@Override
	public StoreLook lookAhead() {
		return new MongoLook(() -> validator(this.beans.source().discoverEarly()));
	}

	@Override
	public StoreResult migrate(MigrationRun run, PlanGuard guard) {
		return look().migrate(run, guard);
	}

	private StoreResult migrate(MigrationRun run, PlanGuard guard, Supplier<History> history) {
		long startedAt = this.clocks.nanoTime().getAsLong();
		MigrationRunner runner = new MigrationRunner(this.access.get(), this.locker.get(), this.validator.get(),
				executors(),
				new OldPreimages(this.access.get(), this.settings.preimages().retention(), this.clocks.clock()),
				this.service.stop(), guard);
		try {
			Validation before = runner.run(run, history.get());
			return result(before, runner.applied(), elapsed(startedAt));
		}
		catch (MongoException ex) {
			throw explain(ex, runner.databaseState());
		}
	}

	private ExecutorFactory executors() {
		return new ExecutorFactory(new AttemptFactory(this.access.get(), this.beans.templates(), this.settings),
				this.access.get(), new MigrationThread(this.beans.otherThreads()), this.service.stop(),
				this.clocks.nanoTime());
	}

	private Duration elapsed(long startedAt) {
		return Duration.ofNanos(this.clocks.nanoTime().getAsLong() - startedAt);
	}

	private static StoreResult result(Validation before, List<String> applied, Duration duration) {
		String from = before.entries()
			.stream()
			.filter((entry) -> entry.state().isApplied())
			.map(MigrationEntry::id)
			.reduce((first, second) -> second)
			.orElse(null);
		if (!applied.isEmpty()) {
			return new StoreResult(StoreName.MONGO, StoreResult.Outcome.APPLIED, from, applied.get(applied.size() - 1),
					applied, List.of(), duration);
		}
		StoreResult.Outcome outcome = before.isAhead() ? StoreResult.Outcome.AHEAD : StoreResult.Outcome.UP_TO_DATE;
		return new StoreResult(StoreName.MONGO, before.isHeld() ? StoreResult.Outcome.HELD : outcome, from, from,
				applied, List.of(), duration);
	}

	@Override
	public List<String> perform(Operation operation, MigrationRun run) {
		return translating(
				() -> new HistoryOperations(this.locker.get(), this.validator.get(), this.settings.lock().lease())
					.perform(operation, run));
	}

	@Override
	public StorePlan plan(boolean exact) {
		return translating(() -> planner().plan(exact));
	}

	private MongoPlanner planner() {
		return new MongoPlanner(this.access.get(), this.validator.get(), this.service.requirements());
	}

	@Override
	public StoreRollback planRollback(RollbackTarget target) {
		return translating(() -> planner().planRollback(target));
	}

	@Override
	public StoreResult rollback(RollbackTarget target, MigrationRun run, PlanGuard guard, @Nullable String reason) {
		long startedAt = this.clocks.nanoTime().getAsLong();
		MigrationRollback rollback = new MigrationRollback(this.access.get(), this.locker.get(),
				new RollbackPlanner(this.validator.get().discovery()), executors(), this.service.stop(), guard,
				this.clocks.clock());
		try {
			String from = currentVersion();
			rollback.run(target, run, reason);
			List<String> undone = rollback.undone();
			return new StoreResult(StoreName.MONGO,
					undone.isEmpty() ? StoreResult.Outcome.UP_TO_DATE : StoreResult.Outcome.ROLLED_BACK, from,
					currentVersion(), undone, rollback.notes(), elapsed(startedAt));
		}
		catch (MongoException ex) {
			throw explain(ex, rollback.databaseState());
		}
	}

	private @Nullable String currentVersion() {
		return VersionHistory.byVersion(this.access.get().history().read().rows())
			.values()
			.stream()
			.filter(VersionHistory::isApplied)
			.map((past) -> past.version().toString())
			.reduce((first, second) -> second)
			.orElse(null);
	}

	@Override
	public List<RehearsalResult> rehearse(RehearsalScope scope) {
		return translating(() -> {
			MongoAccess access = this.access.get();
			Validation validation = validate();
			if (!validation.errors().isEmpty()) {
				throw new MigrationException(validation.errors(), "unchanged, nothing was rehearsed", null);
			}
			return new MongoRehearsal(access.factory(), access.client(), this.validator.get().discovery(),
					access.ourCollections(), new RehearsalStores(), this.clocks.clock())
				.run(scope, validation);
		});
	}

	@Override
	public Optional<Hold> hold() {
		return translating(() -> this.access.get().hold());
	}

	private <T extends @Nullable Object> T translating(Supplier<T> action) {
		try {
			return action.get();
		}
		catch (MongoException ex) {
			throw explain(ex, "unchanged");
		}
		catch (LockLostException ex) {
			throw new MigrationException(MongoProblems.lockLost(ex), "unchanged by this instance", ex);
		}
	}

	private MigrationException explain(MongoException failure, String databaseState) {
		if (failure instanceof MongoInterruptedException) {
			this.service.stop().check(StoreName.MONGO, databaseState);
		}
		return MongoFailures.explain(failure, this.access.get().address(), databaseState);
	}

	// The history, read once, and what was known of this build at that time
	private final class MongoLook implements StoreLook {

		private final Supplier<MigrationValidator> known;

		private final Supplier<History> history = SingletonSupplier
			.of(() -> MongoMigrationStore.this.access.get().history().read());

		private MongoLook(Supplier<MigrationValidator> known) {
			this.known = SingletonSupplier.of(known);
		}

		@Override
		public StoreName store() {
			return name();
		}

		@Override
		public void check() {
			List<Problem> errors = seen().errors();
			if (!errors.isEmpty()) {
				throw new MigrationException(errors, "unchanged", null);
			}
		}

		@Override
		public Validation seen() {
			DiscoveredMigrations build = this.known.get().discovery();
			Validation found = new Validation(List.of(), build.problems());
			try {
				translating(this.history);
			}
			catch (MigrationException ex) {
				throw new MigrationException(Stream.concat(ex.getProblems().stream(), found.errors().stream()).toList(),
						ex.getDatabaseState(), ex);
			}
			catch (BeansException ex) {
				if (isWrong(ex)) {
					throw ex;
				}
				logger.debug("The client of store 'mongo' cannot be created yet", ex);
				return found;
			}
			return build.isComplete() ? compare(this.known.get()) : found;
		}

		// A client may as well need a bean that needs the other store
		private static boolean isWrong(BeansException ex) {
			Throwable cause = NestedExceptionUtils.getMostSpecificCause(ex);
			return cause instanceof IllegalArgumentException || cause instanceof MongoException;
		}

		private Validation compare(MigrationValidator build) {
			return translating(() -> build.validate(this.history.get(), MongoMigrationStore.this.access.get()::hold));
		}

		@Override
		public boolean hasWork() {
			Validation seen = seen();
			return !seen.open().isEmpty();
		}

		@Override
		public Validation validate() {
			return compare(MongoMigrationStore.this.validator.get());
		}

		@Override
		public StoreResult migrate(MigrationRun run, PlanGuard guard) {
			return MongoMigrationStore.this.migrate(run, guard, this.history);
		}

	}

	private final class RehearsalStores implements RehearsalStage.Stores {

		@Override
		public MongoMigrationStore create(MongoDatabaseFactory factory, DiscoveredMigrations migrations) {
			return new MongoMigrationStore(new Connection(() -> factory, MongoMigrationStore.this.connection.client()),
					MongoMigrationStore.this.beans.forRehearsal(migrations),
					MongoMigrationStore.this.settings.forRehearsal(),
					new Service(MongoMigrationStore.this.service.application(),
							(requirement) -> Requirements.Status.MET, MongoMigrationStore.this.service.stop()),
					MongoMigrationStore.this.clocks);
		}

		@Override
		public MigrationRun beginRun() {
			return MigrationRun.begin(Trigger.JOB, MongoMigrationStore.this.service.application());
		}

	}

	/**
	 * The way to MongoDB, which is not taken before the store is asked for something.
	 */
	public record Connection(Supplier<MongoDatabaseFactory> factory, Supplier<MongoClient> client) {

	}

	/**
	 * What the application has for migrations.
	 *
	 * @param otherThreads whether other threads than the caller's can get beans now
	 */
	public record Beans(MigrationSource source, MigrationTemplates templates, BooleanSupplier otherThreads) {

		/**
		 * Return what an application context has.
		 * @param initializer the name of the bean that users of MongoDB wait for
		 */
		public static Beans of(ListableBeanFactory beanFactory, String initializer, ResourcePatternResolver resources,
				ChangeFileSettings files, MigrationTemplates templates) {
			return new Beans(new MigrationDiscovery(beanFactory, initializer, () -> ChangeFiles.find(resources, files)),
					templates, () -> canOtherThreadsGetBeans(beanFactory, initializer));
		}

		// While a bean is being created that waits for the migrations, another thread
		// that asks for one that is in creation would wait for ever, and Spring does not
		// let it be interrupted. The thread that creates the bean is told instead
		private static boolean canOtherThreadsGetBeans(ListableBeanFactory beanFactory, String initializer) {
			return !(beanFactory instanceof ConfigurableListableBeanFactory configurable)
					|| !configurable.isCurrentlyInCreation(initializer);
		}

		private Beans forRehearsal(DiscoveredMigrations migrations) {
			return new Beans(() -> migrations, this.templates.withoutEvents(), this.otherThreads);
		}

	}

	/**
	 * The service that has the store.
	 */
	public record Service(ApplicationInstance application, Requirements requirements, ShutdownSignal stop) {

	}

	/**
	 * The clocks of this process.
	 *
	 * @param nanoTime measures times, whatever is set
	 */
	record Clocks(LongSupplier nanoTime, Clock clock) {

	}

}
