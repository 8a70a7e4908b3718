package io.gemforce.migrations.mongo.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.event.CommandListener;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.change.ChangeFileSettings;
import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.context.MigrationTemplates;
import io.gemforce.migrations.mongo.discovery.DeclaredAction;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.LeftOutMigration;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.Validation;
import io.gemforce.migrations.support.MongoTestDatabase;

/**
 * An instance of a service that migrates MongoDB, with a client of its own and without
 * Spring.
 */
final class TestRunner implements AutoCloseable {

	private final Closeable client;

	private final MongoMigrationStore store;

	private final ApplicationInstance application;

	private TestRunner(Closeable client, MongoMigrationStore store, ApplicationInstance application) {
		this.client = client;
		this.store = store;
		this.application = application;
	}

	static Builder on(MongoTestDatabase mongo) {
		return new Builder(mongo.uri(), mongo.name());
	}

	static Builder on(String uri, String database) {
		return new Builder(uri, database);
	}

	StoreResult migrate() {
		return migrate(run());
	}

	MigrationRun run() {
		return MigrationRun.begin(Trigger.STARTUP, this.application);
	}

	StoreResult migrate(MigrationRun run) {
		return this.store.migrate(run, PlanGuard.open());
	}

	StoreResult rollback(String version) {
		return rollback(new RollbackTarget.ToVersion(StoreName.MONGO, version(version)));
	}

	StoreResult rollback(RollbackTarget target) {
		return this.store.rollback(target, MigrationRun.begin(Trigger.JOB, this.application), PlanGuard.open(),
				"a test wants it");
	}

	List<String> perform(Operation operation) {
		return this.store.perform(operation, MigrationRun.begin(Trigger.JOB, this.application));
	}

	Validation validate() {
		return this.store.validate();
	}

	MigrationState state(String version) {
		return validate().entries()
			.stream()
			.filter((entry) -> entry.id().equals(version))
			.findFirst()
			.orElseThrow()
			.state();
	}

	MongoMigrationStore store() {
		return this.store;
	}

	@Override
	public void close() {
		try {
			this.client.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static MongoSettings.Policy policy(String target, String baseline) {
		return new MongoSettings.Policy(version(target), version(baseline), false, false, false);
	}

	private static Version version(String text) {
		return (text != null) ? Version.parse(text).orElseThrow() : null;
	}

	/**
	 * What an instance is made of.
	 */
	static final class Builder {

		// After a fault of the server the driver looks for it at once
		private final MongoClientSettings.Builder client = MongoClientSettings.builder()
			.applyToServerSettings((server) -> server.minHeartbeatFrequency(20, TimeUnit.MILLISECONDS));

		private @Nullable MongoClient shared;

		private final String database;

		private String uri;

		private String application = "gems";

		private Duration lease = Duration.ofSeconds(30);

		private Duration lockWaitTimeout = Duration.ofMinutes(2);

		private long preimageLimit = 100_000;

		private Duration preimageRetention = Duration.ofDays(90);

		private MongoSettings.Policy policy = new MongoSettings.Policy(null, null, false, false, false);

		private Requirements requirements = (requirement) -> Requirements.Status.NO_STORE;

		private ShutdownSignal stop = new ShutdownSignal();

		private boolean ownThread = true;

		private LongSupplier nanoTime = System::nanoTime;

		private Clock clock = Clock.systemUTC();

		private ApplicationContext context = new StaticApplicationContext();

		private Builder(String uri, String database) {
			this.uri = uri;
			this.database = database;
		}

		Builder uri(String uri) {
			this.uri = uri;
			return this;
		}

		/**
		 * Use a client that is not closed with the instance.
		 */
		Builder client(MongoClient client) {
			this.shared = client;
			return this;
		}

		Builder application(String name) {
			this.application = name;
			return this;
		}

		Builder listener(CommandListener listener) {
			this.client.addCommandListener(listener);
			return this;
		}

		Builder appName(String name) {
			this.client.applicationName(name);
			return this;
		}

		Builder lease(Duration lease) {
			this.lease = lease;
			return this;
		}

		Builder lockWaitTimeout(Duration timeout) {
			this.lockWaitTimeout = timeout;
			return this;
		}

		Builder preimageLimit(long limit) {
			this.preimageLimit = limit;
			return this;
		}

		Builder preimageRetention(Duration retention) {
			this.preimageRetention = retention;
			return this;
		}

		Builder policy(MongoSettings.Policy policy) {
			this.policy = policy;
			return this;
		}

		Builder requirements(Requirements requirements) {
			this.requirements = requirements;
			return this;
		}

		Builder stop(ShutdownSignal stop) {
			this.stop = stop;
			return this;
		}

		/**
		 * Execute migrations on the thread that runs them, as it is done while other
		 * threads could not get beans.
		 */
		Builder onTheCallersThread() {
			this.ownThread = false;
			return this;
		}

		Builder nanoTime(LongSupplier nanoTime) {
			this.nanoTime = nanoTime;
			return this;
		}

		Builder clock(Clock clock) {
			this.clock = clock;
			return this;
		}

		Builder context(ApplicationContext context) {
			this.context = context;
			return this;
		}

		TestRunner with(TestMigration... migrations) {
			return with(Stream.of(migrations).map(TestMigration::resolve).toList());
		}

		/**
		 * Create an instance whose only migration declares its changes.
		 */
		TestRunner declaring(DeclaredMongoMigration migration) {
			ChangeSet changes = ChangeSet.declaredBy(migration, "Bean 'test'");
			return with(List.of(new ResolvedMigration(
					new MigrationDescriptor(version("1"), "declared", MigrationType.BEAN, "com.example.V1",
							changes.checksum()),
					"bean 'test'", TransactionMode.AUTO, null, List.of(), List.of(),
					new DeclaredAction(changes, changes.toJson()))));
		}

		/**
		 * Create an instance of a build in which a migration does not count.
		 */
		TestRunner leavingOut(TestMigration leftOut, TestMigration... migrations) {
			return with(new DiscoveredMigrations(Stream.of(migrations).map(TestMigration::resolve).toList(),
					List.of(new LeftOutMigration(leftOut.resolve(), "profile 'prod' is not active")), List.of()));
		}

		/**
		 * Create an instance of a build none of whose migrations counts.
		 */
		TestRunner leavingOutAll(ResolvedMigration... leftOut) {
			return with(new DiscoveredMigrations(List.of(),
					Stream.of(leftOut)
						.map((left) -> new LeftOutMigration(left, "profile 'prod' is not active"))
						.toList(),
					List.of()));
		}

		private TestRunner with(List<ResolvedMigration> beans) {
			return with(new DiscoveredMigrations(beans, List.of()));
		}

		private TestRunner with(DiscoveredMigrations build) {
			MongoClient client = (this.shared != null) ? this.shared
					: MongoClients.create(this.client.applyConnectionString(new ConnectionString(this.uri)).build());
			ApplicationInstance application = new ApplicationInstance(this.application, "1.4.0", "host", "user");
			MongoMigrationStore store = new MongoMigrationStore(
					new MongoMigrationStore.Connection(
							() -> new SimpleMongoClientDatabaseFactory(client, this.database), () -> client),
					new MongoMigrationStore.Beans(() -> build, new MigrationTemplates(this.context),
							() -> this.ownThread),
					new MongoSettings(new MongoSettings.Place(null, "migration_history", "migration_lock"),
							new ChangeFileSettings(List.of("classpath:db/mongo"), false),
							new MongoSettings.Preimages(this.preimageLimit, this.preimageRetention),
							new MongoSettings.Lock(this.lease, this.lockWaitTimeout), this.policy),
					new MongoMigrationStore.Service(application, this.requirements, this.stop),
					new MongoMigrationStore.Clocks(this.nanoTime, this.clock));
			return new TestRunner((this.shared != null) ? () -> {
			} : client, store, application);
		}

	}

}
