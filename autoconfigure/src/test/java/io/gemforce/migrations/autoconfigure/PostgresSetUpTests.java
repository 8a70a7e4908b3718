package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.Migrations;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreStatus;
import io.gemforce.migrations.support.PostgresSetUp;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for start, job, rollback and status under the set-ups that real services have.
 */
@ExtendWith(TestDatabases.class)
class PostgresSetUpTests {

	private final PostgresTestDatabase postgres;

	private final Path folder;

	PostgresSetUpTests(PostgresTestDatabase postgres, @TempDir Path folder) {
		this.postgres = postgres;
		this.folder = folder;
	}

	@ParameterizedTest
	@MethodSource("io.gemforce.migrations.support.PostgresSetUp#all")
	void everySetUpIsMigratedRolledBackAndMigratedAgain(PostgresSetUp setUp) {
		ApplicationContextRunner service = TestContexts.withDefaultLocations(this.postgres)
			.withPropertyValues(setUp.prepare(this.postgres, this.folder));
		service.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(status(context)).isEqualTo(StoreStatus.UP_TO_DATE);
			assertThat(hasCarat(setUp)).isTrue();
			assertThat(job(context, "run=rollback rollback.store=postgres rollback.to=1 rollback.yes=true"))
				.isEqualTo(0);
			assertThat(status(context)).isEqualTo(StoreStatus.HELD);
			assertThat(hasCarat(setUp)).isFalse();
		});
		service.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(status(context)).isEqualTo(StoreStatus.HELD);
			assertThat(hasCarat(setUp)).isFalse();
			assertThat(job(context, "run=release-hold store=postgres")).isEqualTo(0);
			assertThat(job(context, "run=migrate")).isEqualTo(0);
			assertThat(status(context)).isEqualTo(StoreStatus.UP_TO_DATE);
			assertThat(hasCarat(setUp)).isTrue();
		});
		assertThat(schemasOfOurs()).containsOnly(setUp.schema());
	}

	private static StoreStatus status(BeanFactory context) {
		return context.getBean(Migrations.class).snapshot(StoreName.POSTGRES).orElseThrow().status();
	}

	private static int job(BeanFactory context, String arguments) {
		return TestJob.run(context, arguments).exitCode();
	}

	private boolean hasCarat(PostgresSetUp setUp) {
		return this.postgres.client()
			.sql("SELECT count(*) FROM information_schema.columns WHERE table_schema = ? AND table_name = 'gem'"
					+ " AND column_name = 'carat'")
			.param(setUp.schema())
			.query(Long.class)
			.single() == 1;
	}

	private List<String> schemasOfOurs() {
		return this.postgres.client()
			.sql("SELECT schemaname FROM pg_tables WHERE tablename LIKE 'migration\\_%'")
			.query(String.class)
			.list();
	}

}
