package io.gemforce.migrations.autoconfigure;

import java.util.concurrent.CompletableFuture;

import org.bson.Document;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Profile;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.ChildProcess;

/**
 * A service with little but two migrations of MongoDB and a folder of scripts, run as a
 * process.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class,
		MongoAutoConfiguration.class, DataMongoAutoConfiguration.class, MigrationsAutoConfiguration.class,
		PostgresMigrationsAutoConfiguration.class, MongoMigrationsAutoConfiguration.class })
public class SmallService {

	/**
	 * What a service says that has started.
	 */
	static final String STARTED = "STARTED";

	public static void main(String[] args) {
		new SpringApplicationBuilder(SmallService.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.run(args);
	}

	@Bean
	ApplicationRunner sayThatItHasStarted() {
		return (arguments) -> System.out.println(STARTED);
	}

	static class Insert implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			String version = getClass().getAnnotation(Migration.class).version();
			mongo.collection("execution").insertOne(new Document("version", version));
		}

	}

	@Migration(version = "1", description = "first")
	@Profile("!waiting & !parked")
	static class First extends Insert {

	}

	@Migration(version = "1", description = "first")
	@Profile("waiting")
	static class Waiting extends Insert {

		@Override
		public void up(MongoMigrationContext mongo) {
			super.up(mongo);
			ChildProcess.waitToBeToldToGo(ChildProcess.READY);
		}

	}

	@Migration(version = "1", description = "first", transaction = TransactionMode.NEVER)
	@Profile("parked")
	static class Parked extends Insert {

		@Override
		public void up(MongoMigrationContext mongo) {
			super.up(mongo);
			CompletableFuture.runAsync(() -> ChildProcess.waitToBeToldToGo(ChildProcess.READY)).join();
		}

	}

	@Migration(version = "2", description = "second")
	@Profile("!failing")
	static class Second extends Insert {

	}

	@Migration(version = "2", description = "second")
	@Profile("failing")
	static class Failing extends Insert {

		@Override
		public void up(MongoMigrationContext mongo) {
			throw new IllegalStateException("out of gems");
		}

	}

}
