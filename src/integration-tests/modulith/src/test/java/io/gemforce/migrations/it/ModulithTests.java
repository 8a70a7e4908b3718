package io.gemforce.migrations.it;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;
import io.gemforce.migrations.store.RollbackTarget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for a service whose modules have migrations of their own, as Spring Modulith
 * applies them.
 */
class ModulithTests {

	@Test
	void startsWithAHistoryForEachModuleAndActsOnNoneOfThem() throws Exception {
		try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
			String url = server.getJdbcUrl("postgres", "postgres");
			start(url).close();
			try (ConfigurableApplicationContext context = start(url)) {
				assertThat(tables(context)).contains("owner", "gem", "stone", "flyway_schema_history",
						"flyway_schema_history_gems", "flyway_schema_history_stones");
				Migrations migrations = context.getBean(Migrations.class);
				assertThat(migrations.snapshot(StoreName.POSTGRES).orElseThrow().problems()).extracting(Problem::code)
					.containsExactly(ProblemCode.SEVERAL_HISTORIES);
				assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> rollback(migrations))
					.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.SEVERAL_HISTORIES));
			}
		}
	}

	private static RunOutcome rollback(Migrations migrations) {
		return migrations.rollback(new RollbackTarget.ToVersion(StoreName.POSTGRES, Version.parse("0").orElseThrow()),
				null, null);
	}

	private static Iterable<String> tables(ConfigurableApplicationContext context) {
		return context.getBean(JdbcClient.class)
			.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
			.query(String.class)
			.list();
	}

	private static ConfigurableApplicationContext start(String url) {
		return new SpringApplicationBuilder(Modules.class).run("--spring.datasource.url=" + url,
				"--spring.modulith.runtime.flyway-enabled=true");
	}

}
