package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.assertj.core.data.Offset;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.actuate.observation.DefaultExecutionObservationConvention;
import io.gemforce.migrations.actuate.observation.ExecutionObservationContext;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the metrics of migrations.
 */
@ExtendWith(TestDatabases.class)
class MigrationMetricsTests {

	private final SqlScripts scripts;

	private final ApplicationContextRunner contextRunner;

	MigrationMetricsTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);");
		this.contextRunner = TestContexts.with(mongo, postgres)
			.withUserConfiguration(GemMigrations.class)
			.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class, MetricsAutoConfiguration.class,
					CompositeMeterRegistryAutoConfiguration.class, PrometheusMetricsExportAutoConfiguration.class))
			.withPropertyValues(this.scripts.property());
	}

	@Test
	void whatRanDuringTheStartIsMeteredLater() {
		this.contextRunner.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(timer(registry, "migrations.run", "trigger", "startup", "outcome", "success").count()).isOne();
			assertThat(timer(registry, "migrations.store", "store", "mongo", "outcome", "success").count()).isOne();
			Timer scripts = timer(registry, "migrations.execution", "store", "postgres", "type", "sql", "phase",
					"expand", "direction", "up", "outcome", "success");
			assertThat(scripts.count()).isOne();
			Timer beans = timer(registry, "migrations.execution", "store", "mongo", "type", "bean", "phase", "expand",
					"direction", "up", "outcome", "success");
			assertThat(beans.count()).isEqualTo(2);
			assertThat(beans.totalTime(TimeUnit.NANOSECONDS)).isPositive();
			assertThat(timer(registry, "migrations.lock.wait", "store", "postgres", "outcome", "acquired").count())
				.isOne();
		});
	}

	@Test
	void everySeriesIsThereBeforeAnythingHappened() {
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			String scrape = context.getBean(PrometheusMeterRegistry.class).scrape();
			assertThat(scrape).contains(
					"migrations_run_seconds_count{error=\"none\",outcome=\"failure\",trigger=\"endpoint\"} 0",
					"migrations_run_active_seconds_count{outcome=\"unknown\",trigger=\"job\"} 0",
					"migrations_execution_seconds_count{direction=\"down\",error=\"none\",outcome=\"failure\",phase=\"contract\",store=\"mongo\",type=\"file\"} 0",
					"migrations_execution_active_seconds_max{direction=\"up\",outcome=\"unknown\",phase=\"expand\",store=\"postgres\",type=\"sql\"} 0",
					"migrations_lock_wait_seconds_count{outcome=\"timeout\",store=\"mongo\"} 0",
					"migrations_validation_failures_total{code=\"checksum_mismatch\",store=\"postgres\"} 0",
					"migrations_operations_total{operation=\"release-lock\",outcome=\"refused\",store=\"mongo\"} 0",
					"migrations_entries{state=\"held\",store=\"postgres\"} 0",
					"migrations_drift{kind=\"foreign_history\",store=\"mongo\"} 0");
			List<Meter> migrations = context.getBean(MeterRegistry.class)
				.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("migrations."))
				.toList();
			assertThat(migrations).extracting((meter) -> meter.getId().getName())
				.doesNotContain("migrations.backfills", "migrations.backfill.items");
		});
	}

	@Test
	void gaugesSayWhatIsPending() {
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			String scrape = context.getBean(PrometheusMeterRegistry.class).scrape();
			assertThat(scrape).contains("migrations_entries{state=\"pending\",store=\"postgres\"} 1",
					"migrations_entries{state=\"pending\",store=\"mongo\"} 2",
					"migrations_up_to_date{store=\"mongo\"} 0");
		});
	}

	@Test
	void gaugesSayWhatIsAppliedAsSoonAsTheStoresWereRead() {
		this.contextRunner.run((context) -> {
			PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
			Awaitility.await()
				.untilAsserted(() -> assertThat(registry.scrape()).contains(
						"migrations_up_to_date{store=\"postgres\"} 1", "migrations_up_to_date{store=\"mongo\"} 1",
						"migrations_entries{state=\"applied\",store=\"mongo\"} 2",
						"migrations_schema_version_info{store=\"postgres\",version=\"1\"} 1",
						"migrations_schema_version_info{store=\"mongo\",version=\"2\"} 1",
						"migrations_lock_age_seconds{store=\"mongo\"} 0"));
			assertThat(registry.get("migrations.last.success.time")
				.tag("store", "mongo")
				.timeGauge()
				.value(TimeUnit.SECONDS)).isCloseTo(System.currentTimeMillis() / 1000.0, Offset.offset(60.0));
			assertThat(
					registry.get("migrations.snapshot.age").tag("store", "mongo").timeGauge().value(TimeUnit.SECONDS))
				.isBetween(0.0, 60.0);
		});
	}

	@Test
	void aScrapeOfWhatIsKnownSendsNothing() {
		SentCommands sent = new SentCommands();
		this.contextRunner.withBean(MongoClientSettingsBuilderCustomizer.class, sent::customizer).run((context) -> {
			context.getBean(Migrations.class).snapshots();
			int before = sent.commands().size();
			for (int i = 0; i < 10; i++) {
				context.getBean(PrometheusMeterRegistry.class).scrape();
			}
			assertThat(sent.commands()).hasSize(before);
		});
	}

	@Test
	void anUnreachableStoreIsNotANumber() {
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mode=observe",
					"spring.mongodb.uri=mongodb://localhost:1/gems?serverSelectionTimeoutMS=100")
			.run((context) -> assertThat(context.getBean(PrometheusMeterRegistry.class).scrape()).contains(
					"migrations_up_to_date{store=\"mongo\"} NaN",
					"migrations_entries{state=\"failed\",store=\"mongo\"} NaN"));
	}

	@Test
	void aRunThatCannotBeginIsCountedByItsCode() {
		this.contextRunner.withBean("registry", KeptRegistry.class)
			.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY, name text);");
		KeptRegistry kept = new KeptRegistry();
		this.contextRunner.withBean(KeptRegistry.class, () -> kept).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(kept.counter("migrations.validation.failures", "store", "postgres", "code", "checksum_mismatch")
				.count()).isOne();
			assertThat(timer(kept, "migrations.run", "trigger", "startup", "outcome", "failure").count()).isOne();
		});
	}

	@Test
	void operationsAreCounted() {
		this.contextRunner.run((context) -> {
			context.getBean(Migrations.class)
				.perform(StoreName.MONGO, new Operation(Operation.Kind.REPAIR, null, null, false));
			assertThat(context.getBean(MeterRegistry.class)
				.get("migrations.operations")
				.tags("store", "mongo", "operation", "repair", "outcome", "success")
				.counter()
				.count()).isOne();
		});
	}

	@Test
	void metricsCanBeSwitchedOff() {
		this.contextRunner.withPropertyValues("management.metrics.enable.migrations=false").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(PrometheusMeterRegistry.class).scrape()).doesNotContain("migrations_");
		});
	}

	@Test
	void observationsCanBeSwitchedOff() {
		this.contextRunner.withPropertyValues("management.observations.enable.migrations=false").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(PrometheusMeterRegistry.class).scrape()).contains("migrations_up_to_date")
				.doesNotContain("migrations_run", "migrations_execution");
		});
	}

	@Test
	void tagsAreTheUsersIfHeHasAConvention() {
		this.contextRunner.withPropertyValues("management.observations.key-values.region=eu")
			.withUserConfiguration(UsersConvention.class)
			.run((context) -> {
				String scrape = context.getBean(PrometheusMeterRegistry.class).scrape();
				assertThat(scrape).contains(
						"gems_migration_seconds_count{error=\"none\",outcome=\"success\",region=\"eu\",team=\"gems\"} 3",
						"gems_migration_seconds_count{error=\"none\",outcome=\"failure\",region=\"eu\",team=\"gems\"} 0")
					.doesNotContain("migrations_execution");
			});
	}

	@Test
	void aRegistryThatNeedsAStoreDoesNotHinderTheStart() {
		this.contextRunner.withUserConfiguration(NeedyRegistry.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(PrometheusMeterRegistry.class).scrape())
				.contains("migrations_run_seconds_count");
		});
	}

	@Test
	void micrometerIsNotNeeded() {
		TestContexts.with(TestDatabases.createMongo())
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static Timer timer(MeterRegistry registry, String name, String... tags) {
		return registry.get(name).tags(tags).timer();
	}

	static class KeptRegistry extends SimpleMeterRegistry {

		@Override
		public void close() {
			// The context has failed, and the test still looks
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersConvention {

		@Bean
		DefaultExecutionObservationConvention usersConvention() {
			return new DefaultExecutionObservationConvention() {

				@Override
				public String getName() {
					return "gems.migration";
				}

				@Override
				public KeyValues getLowCardinalityKeyValues(ExecutionObservationContext context) {
					return KeyValues.of("team", "gems", "outcome",
							context.getOutcome().name().toLowerCase(Locale.ROOT));
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NeedyRegistry {

		@Bean
		MeterFilter needyFilter(JdbcTemplate jdbc) {
			return new MeterFilter() {
			};
		}

	}

}
