package io.gemforce.migrations.benchmarks;

import java.time.Duration;
import java.util.List;

import com.mongodb.client.MongoClient;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.mongo.change.ChangeFileSettings;
import io.gemforce.migrations.mongo.context.MigrationTemplates;
import io.gemforce.migrations.mongo.engine.MongoMigrationStore;
import io.gemforce.migrations.mongo.engine.MongoSettings;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * What this library's {@code MongoMigrationInitializer} starts.
 *
 * @param store the store
 */
record GemforceRunner(MongoMigrationStore store) {

	static final String HISTORY = "migration_history";

	static final String LOCK = "migration_lock";

	private static final ApplicationInstance APPLICATION = new ApplicationInstance("benchmark", "1.0", "localhost",
			"benchmark");

	static GemforceRunner of(MongoClient client, String database, ListableBeanFactory beans,
			ResourcePatternResolver resources) {
		return create(client, database, beans, resources, "classpath:db/mongo");
	}

	static GemforceRunner of(MongoClient client, String database, ListableBeanFactory beans, ChangeFolder files) {
		return create(client, database, beans, new PathMatchingResourcePatternResolver(), files.location());
	}

	private static GemforceRunner create(MongoClient client, String database, ListableBeanFactory beans,
			ResourcePatternResolver resources, String location) {
		MongoDatabaseFactory factory = new SimpleMongoClientDatabaseFactory(client, database);
		MongoSettings settings = new MongoSettings(new MongoSettings.Place(null, HISTORY, LOCK),
				new ChangeFileSettings(List.of(location), false),
				new MongoSettings.Preimages(Long.MAX_VALUE, Duration.ofDays(90)),
				new MongoSettings.Lock(Duration.ofSeconds(30), Duration.ofMinutes(10)),
				new MongoSettings.Policy(null, null, false, true, false));
		return new GemforceRunner(new MongoMigrationStore(
				new MongoMigrationStore.Connection(() -> factory, () -> client),
				MongoMigrationStore.Beans.of(beans, "mongoMigrationInitializer", resources, settings.files(),
						new MigrationTemplates(new StaticApplicationContext())),
				settings, new MongoMigrationStore.Service(APPLICATION,
						(requirement) -> Requirements.Status.NO_STORE, new ShutdownSignal())));
	}

	StoreResult migrate() {
		return this.store.migrate(MigrationRun.begin(Trigger.STARTUP, APPLICATION), PlanGuard.open());
	}

}
