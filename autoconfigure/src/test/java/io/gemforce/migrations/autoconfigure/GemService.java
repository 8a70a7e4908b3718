package io.gemforce.migrations.autoconfigure;

import org.bson.Document;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration;
import org.springframework.context.annotation.Bean;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.support.ChildProcess;

/**
 * A service without a web server, run as a process: waits to be told to go on just before
 * Flyway looks at its database, migrates both stores and ends.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class,
		MongoAutoConfiguration.class, DataMongoAutoConfiguration.class, MigrationsAutoConfiguration.class,
		PostgresMigrationsAutoConfiguration.class, MongoMigrationsAutoConfiguration.class })
public class GemService {

	public static void main(String[] args) {
		new SpringApplicationBuilder(GemService.class).web(WebApplicationType.NONE).run(args).close();
	}

	@Bean
	FlywayConfigurationCustomizer waitToBeToldToGo() {
		return (configuration) -> ChildProcess.waitToBeToldToGo(ChildProcess.READY);
	}

	static class Insert implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) throws Exception {
			Migration migration = getClass().getAnnotation(Migration.class);
			mongo.collection("execution").insertOne(new Document("version", migration.version()));
			Thread.sleep(50);
		}

	}

	@Migration(version = "1", description = "first")
	static class First extends Insert {

	}

	@Migration(version = "2", description = "second")
	static class Second extends Insert {

	}

	@Migration(version = "3", description = "third")
	static class Third extends Insert {

	}

}
