package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;

import com.mongodb.client.MongoClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.test.util.ReflectionTestUtils;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the names under which the databases see who migrates.
 */
@ExtendWith(TestDatabases.class)
class InstanceNameTests {

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	InstanceNameTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder).write("V1__look.sql",
				"CREATE TABLE seen AS SELECT application_name AS name FROM pg_stat_activity WHERE pid = pg_backend_pid();");
	}

	@Test
	void postgresSeesWhoMigrates() {
		postgres().run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(seen()).isEqualTo(context.getBean(ApplicationInstance.class).toString())
				.startsWith("gems/1.4.0@");
		});
	}

	@Test
	void postgresSeesTheUsersName() {
		postgres().withPropertyValues("spring.datasource.url=" + this.postgres.url() + "?ApplicationName=rubies")
			.run((context) -> assertThat(seen()).isEqualTo("rubies"));
	}

	@Test
	void postgresSeesTheBeginningOfALongName() {
		postgres().withPropertyValues("spring.application.name=" + "gäms".repeat(20))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(seen()).startsWith("g").hasSizeLessThanOrEqualTo(63);
	}

	@Test
	void mongoSeesWhichInstanceItIs() {
		mongo().run((context) -> assertThat(name(context.getBean(MongoClient.class)))
			.isEqualTo(context.getBean(ApplicationInstance.class).toString()));
	}

	@Test
	void mongoSeesTheUsersName() {
		mongo()
			.withBean(MongoClientSettingsBuilderCustomizer.class,
					() -> (settings) -> settings.applicationName("rubies"))
			.run((context) -> assertThat(name(context.getBean(MongoClient.class))).isEqualTo("rubies"));
	}

	@Test
	void mongoSeesTheNameOfTheUsersAddress() {
		String separator = this.mongo.uri().contains("?") ? "&" : "?";
		mongo().withPropertyValues("spring.mongodb.uri=%s%sappName=rubies".formatted(this.mongo.uri(), separator))
			.run((context) -> assertThat(name(context.getBean(MongoClient.class))).isEqualTo("rubies"));
	}

	@Test
	void mongoSeesTheBeginningOfALongName() {
		mongo().withPropertyValues("spring.application.name=" + "gäms".repeat(40)).run((context) -> {
			assertThat(NestedExceptionUtils.getRootCause(context.getStartupFailure())).isNull();
			assertThat(name(context.getBean(MongoClient.class))).startsWith("gäms").hasSizeLessThanOrEqualTo(128);
		});
	}

	@Test
	void clientIsNotNamedWhereMigrationsAreSwitchedOff() {
		mongo().withPropertyValues("gemforce.migrations.mongo.enabled=false")
			.run((context) -> assertThat(name(context.getBean(MongoClient.class))).isNull());
	}

	private ApplicationContextRunner mongo() {
		return TestContexts.with(this.mongo).withUserConfiguration(GemMigrations.class);
	}

	private ApplicationContextRunner postgres() {
		return TestContexts.with(this.postgres).withPropertyValues(this.scripts.property());
	}

	private String seen() {
		return this.postgres.client().sql("SELECT name FROM seen").query(String.class).single();
	}

	private static String name(MongoClient client) {
		com.mongodb.MongoClientSettings settings = (com.mongodb.MongoClientSettings) ReflectionTestUtils
			.invokeMethod(client, "getSettings");
		return settings.getApplicationName();
	}

}
