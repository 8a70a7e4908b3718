package io.gemforce.migrations.benchmarks;

import org.bson.Document;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * This library.
 */
final class GemforceTool implements Tool {

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
		return new GemforceStart(service, context);
	}

	@Override
	public String lockCollection() {
		return GemforceRunner.LOCK;
	}

	@Override
	public String historyCollection() {
		return GemforceRunner.HISTORY;
	}

	@Override
	public Document removed(Document applied, int number) {
		Document removed = new Document(applied);
		removed.append("_id", applied.getLong("_id") + number);
		return removed.append("version", "0." + number);
	}

	/**
	 * The start of a service, discovery included.
	 *
	 * @param service the service
	 * @param context the context that the migrations are beans of
	 */
	private record GemforceStart(Service service, AnnotationConfigApplicationContext context) implements Start {

		@Override
		public void run() {
			GemforceRunner
				.of(this.service.client(), this.service.database(), this.context.getBeanFactory(), this.context)
				.migrate();
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

}
