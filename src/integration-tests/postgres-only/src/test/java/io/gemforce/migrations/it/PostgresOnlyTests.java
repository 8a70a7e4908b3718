package io.gemforce.migrations.it;

import java.io.IOException;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a service that excludes the MongoDB side of the starter.
 */
class PostgresOnlyTests {

	@Test
	void startsMigratedWithoutMongoDb() throws IOException {
		assertThat(ClassUtils.isPresent("com.mongodb.client.MongoClient", null)).isFalse();
		assertThat(ClassUtils.isPresent("org.springframework.data.mongodb.core.MongoTemplate", null)).isFalse();
		try (EmbeddedPostgres server = EmbeddedPostgres.start();
				ConfigurableApplicationContext context = new SpringApplicationBuilder(PostgresOnly.class)
					.run("--spring.datasource.url=" + server.getJdbcUrl("postgres", "postgres"))) {
			assertThat(context.getBean(Migrations.class).snapshots()).singleElement().satisfies((snapshot) -> {
				assertThat(snapshot.store()).isEqualTo(StoreName.POSTGRES);
				assertThat(snapshot.status()).isEqualTo(StoreStatus.UP_TO_DATE);
			});
			assertThat(context.getBean(Reader.class).gems()).isZero();
		}
	}

	@SpringBootApplication(proxyBeanMethods = false)
	static class PostgresOnly {

		@Bean
		Reader reader(JdbcClient jdbc) {
			return new Reader(jdbc.sql("SELECT count(*) FROM gem").query(Long.class).single());
		}

	}

	/**
	 * Needs the database when it is created.
	 *
	 * @param gems the number of gems it saw
	 */
	record Reader(long gems) {

	}

}
