package io.gemforce.migrations.it;

import java.net.InetSocketAddress;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.mongodb.core.MongoOperations;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a service that excludes the PostgreSQL side of the starter.
 */
class MongoOnlyTests {

	@Test
	void startsMigratedWithoutPostgreSql() {
		assertThat(ClassUtils.isPresent("org.flywaydb.core.Flyway", null)).isFalse();
		assertThat(ClassUtils.isPresent("org.postgresql.Driver", null)).isFalse();
		MongoServer server = new MongoServer(new MemoryBackend());
		InetSocketAddress address = server.bind();
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(MongoOnly.class)
			.run("--spring.mongodb.uri=mongodb://localhost:%d/gems".formatted(address.getPort()))) {
			assertThat(context.getBean(Migrations.class).snapshots()).singleElement().satisfies((snapshot) -> {
				assertThat(snapshot.store()).isEqualTo(StoreName.MONGO);
				assertThat(snapshot.status()).isEqualTo(StoreStatus.UP_TO_DATE);
			});
			assertThat(context.getBean(Reader.class).seen()).isEqualTo("migrated");
		}
		finally {
			server.shutdownNow();
		}
	}

	@SpringBootApplication(proxyBeanMethods = false)
	static class MongoOnly {

		@Bean
		CreateGem createGem() {
			return new CreateGem();
		}

		@Bean
		@DependsOnDatabaseInitialization
		Reader reader(MongoOperations mongo) {
			Document gem = mongo.findById("gem", Document.class, "Gem");
			return new Reader((gem != null) ? gem.getString("state") : "not migrated");
		}

	}

	/**
	 * Needs the database when it is created.
	 *
	 * @param seen what it saw
	 */
	record Reader(String seen) {

	}

	@Migration(version = "1", description = "create gem")
	static class CreateGem implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("Gem").insertOne(new Document("_id", "gem").append("state", "migrated"));
		}

	}

}
