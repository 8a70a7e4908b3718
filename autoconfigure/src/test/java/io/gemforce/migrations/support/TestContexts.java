package io.gemforce.migrations.support;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.autoconfigure.MigrationsAutoConfiguration;
import io.gemforce.migrations.autoconfigure.MigrationsEndpointAutoConfiguration;
import io.gemforce.migrations.autoconfigure.MigrationsHealthContributorAutoConfiguration;
import io.gemforce.migrations.autoconfigure.MigrationsMonitoringAutoConfiguration;
import io.gemforce.migrations.autoconfigure.MongoMigrationsAutoConfiguration;
import io.gemforce.migrations.autoconfigure.PostgresMigrationsAutoConfiguration;

/**
 * Application contexts on the databases of a test.
 */
public final class TestContexts {

	private static final AutoConfigurations COMMON = AutoConfigurations.of(MigrationsAutoConfiguration.class,
			MigrationsEndpointAutoConfiguration.class, MigrationsHealthContributorAutoConfiguration.class,
			MigrationsMonitoringAutoConfiguration.class, MongoMigrationsAutoConfiguration.class,
			PostgresMigrationsAutoConfiguration.class);

	private static final AutoConfigurations MONGO = AutoConfigurations.of(MongoAutoConfiguration.class,
			DataMongoAutoConfiguration.class);

	private static final AutoConfigurations POSTGRES = AutoConfigurations.of(DataSourceAutoConfiguration.class,
			JdbcTemplateAutoConfiguration.class, JdbcClientAutoConfiguration.class, FlywayAutoConfiguration.class);

	private static final String SCRIPTS = "spring.flyway.locations=classpath:db/gems";

	private TestContexts() {
	}

	public static ApplicationContextRunner with(MongoTestDatabase mongo) {
		return common().withConfiguration(MONGO).withPropertyValues("spring.mongodb.uri=" + mongo.uri());
	}

	/**
	 * Return a service with PostgreSQL only.
	 */
	public static ApplicationContextRunner with(PostgresTestDatabase postgres) {
		return withDefaultLocations(postgres).withPropertyValues(SCRIPTS);
	}

	/**
	 * Return a service with PostgreSQL only and without any scripts.
	 */
	public static ApplicationContextRunner withDefaultLocations(PostgresTestDatabase postgres) {
		return common().withConfiguration(POSTGRES).withPropertyValues(properties(postgres));
	}

	/**
	 * Return a service with both stores.
	 */
	public static ApplicationContextRunner with(MongoTestDatabase mongo, PostgresTestDatabase postgres) {
		return with(mongo).withConfiguration(POSTGRES)
			.withPropertyValues(properties(postgres))
			.withPropertyValues(SCRIPTS);
	}

	/**
	 * Return a service without any store.
	 */
	public static ApplicationContextRunner bare() {
		return common();
	}

	private static ApplicationContextRunner common() {
		return new ApplicationContextRunner().withConfiguration(COMMON)
			.withPropertyValues("spring.application.name=gems", "spring.application.version=1.4.0");
	}

	private static String[] properties(PostgresTestDatabase postgres) {
		return new String[] { "spring.datasource.url=" + postgres.url(),
				"spring.datasource.username=" + postgres.user(), "spring.datasource.hikari.maximum-pool-size=1" };
	}

}
