package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;

import javax.sql.DataSource;

import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.autoconfigure.job.TestJob;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;
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
		isMigratedRolledBackAndMigratedAgain(setUp, service(setUp));
	}

	@Test
	void theDataSourceOfFlywayIsTheOneThatIsMigrated() {
		PostgresSetUp setUp = PostgresSetUp.all().findFirst().orElseThrow();
		isMigratedRolledBackAndMigratedAgain(setUp, service(setUp).withUserConfiguration(TwoDataSources.class));
	}

	@Test
	void jpaValidatesWhatWasMigrated() {
		PostgresSetUp setUp = PostgresSetUp.all()
			.filter((one) -> one.name().equals("a schema of the address that is not there yet"))
			.findFirst()
			.orElseThrow();
		service(setUp).withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
			.withUserConfiguration(Entities.class)
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=validate")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(EntityManagerFactory.class));
	}

	private ApplicationContextRunner service(PostgresSetUp setUp) {
		return TestContexts.withDefaultLocations(this.postgres)
			.withPropertyValues(setUp.prepare(this.postgres, this.folder));
	}

	private void isMigratedRolledBackAndMigratedAgain(PostgresSetUp setUp, ApplicationContextRunner service) {
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

	@Configuration(proxyBeanMethods = false)
	static class TwoDataSources {

		@Bean
		@Primary
		DataSource applicationsDataSource() {
			return TestDatabases.createPostgres().dataSource();
		}

		@Bean
		@FlywayDataSource
		DataSource migratedDataSource(Environment environment) {
			return new SimpleDriverDataSource(new Driver(), environment.getRequiredProperty("spring.datasource.url"),
					environment.getRequiredProperty("spring.datasource.username"), "");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Entities {

	}

}
