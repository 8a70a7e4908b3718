package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.RehearsalResult.Outcome;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.support.PostgresSetUp;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for rehearsals under the set-ups that real services have.
 */
@ExtendWith(TestDatabases.class)
class PostgresRehearsalSetUpTests {

	private final PostgresTestDatabase postgres;

	private final Path folder;

	PostgresRehearsalSetUpTests(PostgresTestDatabase postgres, @TempDir Path folder) {
		this.postgres = postgres;
		this.folder = folder;
	}

	@ParameterizedTest
	@MethodSource("io.gemforce.migrations.support.PostgresSetUp#all")
	void everySetUpIsRehearsed(PostgresSetUp setUp) {
		ApplicationContextRunner service = TestContexts.withDefaultLocations(this.postgres)
			.withPropertyValues(setUp.prepare(this.postgres, this.folder));
		users().forEach((user) -> this.postgres.client().sql("ALTER ROLE %s CREATEDB".formatted(user)).update());
		service.withPropertyValues("gemforce.migrations.postgres.target=1")
			.run((context) -> assertThat(context).hasNotFailed());
		service.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			List<RehearsalResult> results = context.getBean(Migrations.class)
				.rehearse(List.of(StoreName.POSTGRES), RehearsalScope.scratch(100));
			assertThat(results).singleElement().satisfies((result) -> {
				assertThat(result.id()).isEqualTo("2");
				assertThat(result.outcome()).as(results.toString())
					.isEqualTo(isBaselined() ? Outcome.NOT_REHEARSED : Outcome.PASSED);
			});
		});
		assertThat(this.postgres.client()
			.sql("SELECT datname FROM pg_database WHERE datname LIKE 'gemforce\\_rehearsal\\_%'")
			.query(String.class)
			.list()).isEmpty();
	}

	private List<String> users() {
		return this.postgres.client()
			.sql("SELECT rolname FROM pg_roles WHERE rolcanlogin AND starts_with(rolname, ?)")
			.param(PostgresSetUp.app(this.postgres))
			.query(String.class)
			.list();
	}

	private boolean isBaselined() {
		return this.postgres.client()
			.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'gem_history' OR tablename = 'gem' AND tableowner LIKE 'owner%' "
					+ "AND schemaname = 'public'")
			.query(Long.class)
			.single() > 0;
	}

}
