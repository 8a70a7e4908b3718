package io.gemforce.migrations.sample.embedded;

import java.io.IOException;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A real PostgreSQL server that lives as long as the service, with rows of the shape that
 * they had before the migrations that change them. Steps back when
 * {@code spring.datasource.url} is given.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.datasource.url", matchIfMissing = true, havingValue = "never")
class EmbeddedPostgreSql {

	private static final Log logger = LogFactory.getLog(EmbeddedPostgreSql.class);

	@Bean(destroyMethod = "close")
	EmbeddedPostgres embeddedPostgres() throws IOException {
		return EmbeddedPostgres.start();
	}

	@Bean
	JdbcConnectionDetails embeddedPostgresConnectionDetails(EmbeddedPostgres server) {
		return new JdbcConnectionDetails() {

			@Override
			public String getJdbcUrl() {
				return url(server);
			}

			@Override
			public String getUsername() {
				return "postgres";
			}

			@Override
			public String getPassword() {
				return "postgres";
			}

		};
	}

	private static String url(EmbeddedPostgres server) {
		return server.getJdbcUrl("postgres", "postgres");
	}

	@Bean
	ApplicationListener<ApplicationReadyEvent> embeddedPostgresAddress(EmbeddedPostgres server) {
		return (event) -> logger
			.info("Jobs reach the embedded PostgreSQL with --spring.datasource.url=%s".formatted(url(server)));
	}

	@Bean
	SeedAfterFirstMigration seedAfterFirstMigration() {
		return new SeedAfterFirstMigration();
	}

}
