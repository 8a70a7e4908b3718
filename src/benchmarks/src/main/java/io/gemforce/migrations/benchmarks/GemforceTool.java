package io.gemforce.migrations.benchmarks;

import java.time.Duration;
import java.util.List;

import org.bson.Document;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.data.mapping.model.PropertyNameFieldNamingStrategy;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;
import org.springframework.data.mongodb.core.convert.MongoCustomConversions;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.PlanGuard;
import io.gemforce.migrations.Requirements;
import io.gemforce.migrations.StopSignal;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.mongo.engine.MigrationTemplates;
import io.gemforce.migrations.mongo.engine.MongoMigrationStore;
import io.gemforce.migrations.mongo.engine.MongoSettings;

/**
 * This library.
 */
final class GemforceTool implements Tool {

	private static final ApplicationInstance APPLICATION = new ApplicationInstance("benchmark", "1.0", "localhost",
			"benchmark");

	private static final MongoSettings SETTINGS = new MongoSettings(null, "migration_history", "migration_lock",
			List.of("classpath:db/mongo"), false, new MongoSettings.Preimages(100_000, Duration.ofDays(90)),
			Duration.ofSeconds(30), Duration.ofMinutes(10), new MongoSettings.Policy(null, null, false, true, false));

	@Override
	public String label() {
		return "Gemforce";
	}

	@Override
	public String id() {
		return "gemforce";
	}

	@Override
	public String source(String packageName, String className, int number, boolean transactional) {
		return """
				package %1$s;

				import org.bson.Document;

				import io.gemforce.migrations.mongo.Migration;
				import io.gemforce.migrations.mongo.MongoMigration;
				import io.gemforce.migrations.mongo.MongoMigrationContext;
				import io.gemforce.migrations.mongo.TransactionMode;

				@Migration(version = "%3$d", description = "insert document %3$d", transaction = TransactionMode.%4$s)
				class %2$s implements MongoMigration {

					@Override
					public void up(MongoMigrationContext mongo) {
						mongo.collection("%5$s").insertOne(new Document("number", %3$d));
					}

				}
				""".formatted(packageName, className, number, transactional ? "AUTO" : "NEVER", Service.APPLIED);
	}

	@Override
	public Start prepare(Service service) {
		MigrationClasses migrations = service.migrations();
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.setClassLoader(migrations.newClassLoader());
		context.scan(migrations.packageName());
		context.refresh();
		return new GemforceStart(service, context,
				new SimpleMongoClientDatabaseFactory(service.client(), service.database()));
	}

	@Override
	public String lockCollection() {
		return SETTINGS.lockCollection();
	}

	@Override
	public String historyCollection() {
		return SETTINGS.historyCollection();
	}

	@Override
	public Document removed(Document applied, int number) {
		Document removed = new Document(applied);
		removed.append("_id", applied.getLong("_id") + number);
		return removed.append("version", "0." + number);
	}

	/**
	 * What {@code MongoMigrationInitializer} does, discovery included.
	 *
	 * @param service the service
	 * @param context the context that the migrations are beans of
	 * @param factory gives out the database
	 */
	private record GemforceStart(Service service, AnnotationConfigApplicationContext context,
			MongoDatabaseFactory factory) implements Start {

		@Override
		public void run() {
			MongoMigrationStore store = new MongoMigrationStore(this::factory, this.service::client,
					this.context.getBeanFactory(), new PathMatchingResourcePatternResolver(this.context),
					"mongoMigrationInitializer",
					new MigrationTemplates(() -> new MongoCustomConversions(List.of()),
							() -> PropertyNameFieldNamingStrategy.INSTANCE),
					SETTINGS, APPLICATION, (requirement) -> Requirements.Status.NO_STORE, new StopSignal(),
					"benchmark");
			store.migrate(MigrationRun.begin(Trigger.STARTUP, APPLICATION), PlanGuard.open());
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

}
