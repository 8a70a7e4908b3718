package io.gemforce.migrations.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.mongock.driver.mongodb.springdata.v4.SpringDataMongoV4Driver;
import io.mongock.runner.springboot.MongockSpringboot;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;

/**
 * Mongock, with its defaults.
 */
final class MongockTool implements Tool {

	private static final String POM = "META-INF/maven/io.mongock/mongock-springboot-v3/pom.properties";

	@Override
	public String label() {
		try {
			return "Mongock " + PropertiesLoaderUtils.loadAllProperties(POM).getProperty("version");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String id() {
		return "mongock";
	}

	@Override
	public String source(String packageName, String className, int number, boolean transactional) {
		return """
				package %1$s;

				import io.mongock.api.annotations.ChangeUnit;
				import io.mongock.api.annotations.Execution;
				import io.mongock.api.annotations.RollbackExecution;
				import org.bson.Document;
				import org.springframework.data.mongodb.core.MongoTemplate;

				@ChangeUnit(id = "insert document %3$d", order = "%3$05d", author = "benchmark", transactional = %4$s)
				public class %2$s {

					@Execution
					public void up(MongoTemplate mongo) {
						mongo.getCollection("%5$s").insertOne(new Document("number", %3$d));
					}

					@RollbackExecution
					public void down() {
					}

				}
				""".formatted(packageName, className, number, transactional, Service.APPLIED);
	}

	@Override
	public Start prepare(Service service) {
		GenericApplicationContext context = new GenericApplicationContext();
		context.refresh();
		return new MongockStart(service.migrations(), service.migrations().newClassLoader(), context,
				new MongoTemplate(new SimpleMongoClientDatabaseFactory(service.client(), service.database())));
	}

	@Override
	public String lockCollection() {
		return "mongockLock";
	}

	@Override
	public String historyCollection() {
		return "mongockChangeLog";
	}

	@Override
	public Document removed(Document applied, int number) {
		return new Document(applied).append("_id", new ObjectId()).append("changeId", "removed " + number);
	}

	/**
	 * What Mongock's beans {@code connectionDriver} and {@code MongockRunner} do.
	 *
	 * @param migrations the migrations of the service
	 * @param classLoader loads them
	 * @param context a context
	 * @param template the template of the service
	 */
	private record MongockStart(MigrationClasses migrations, ClassLoader classLoader,
			ConfigurableApplicationContext context, MongoTemplate template) implements Start {

		@Override
		public void run() {
			Thread thread = Thread.currentThread();
			ClassLoader before = thread.getContextClassLoader();
			thread.setContextClassLoader(this.classLoader);
			try {
				SpringDataMongoV4Driver driver = SpringDataMongoV4Driver.withDefaultLock(this.template);
				if (this.migrations.transactional()) {
					driver.enableTransaction();
				}
				MongockSpringboot.builder()
					.setDriver(driver)
					.addMigrationScanPackage(this.migrations.packageName())
					.setSpringContext(this.context)
					.setTransactional(this.migrations.transactional())
					.buildRunner()
					.execute();
			}
			finally {
				thread.setContextClassLoader(before);
			}
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

}
