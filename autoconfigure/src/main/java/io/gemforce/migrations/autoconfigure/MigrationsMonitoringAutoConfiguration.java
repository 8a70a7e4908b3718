package io.gemforce.migrations.autoconfigure;

import java.time.Clock;
import java.util.function.Supplier;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationRegistry;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.gemforce.migrations.actuate.AuditListener;
import io.gemforce.migrations.actuate.observation.ExecutionObservationConvention;
import io.gemforce.migrations.actuate.observation.LogListener;
import io.gemforce.migrations.actuate.observation.MeterListener;
import io.gemforce.migrations.actuate.observation.MigrationMeters;
import io.gemforce.migrations.actuate.observation.ObservationConventions;
import io.gemforce.migrations.actuate.observation.ObservationListener;
import io.gemforce.migrations.actuate.observation.ObservationMeters;
import io.gemforce.migrations.actuate.observation.RunObservationConvention;
import io.gemforce.migrations.actuate.observation.SnapshotWatch;
import io.gemforce.migrations.actuate.observation.StoreObservationConvention;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.run.Migrations;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for log, audit, metrics and traces.
 */
@AutoConfiguration(after = MigrationsAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
public final class MigrationsMonitoringAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SnapshotWatch migrationsSnapshotWatch(Migrations migrations, MigrationsProperties properties) {
		return new SnapshotWatch(migrations, properties.getEndpoint().getSnapshotMaxAge());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(LoggingEventBuilder.class)
	static class LogConfiguration {

		@Bean
		@ConditionalOnMissingBean
		LogListener migrationsLogListener() {
			return new LogListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(AuditApplicationEvent.class)
	static class AuditConfiguration {

		@Bean
		@ConditionalOnMissingBean
		AuditListener migrationsAuditListener(ApplicationEventPublisher publisher) {
			return new AuditListener(publisher);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObservationRegistry.class)
	@ConditionalOnBean(ObservationRegistry.class)
	static class ObservationConfiguration {

		@Bean
		ObservationListener migrationsObservationListener(ObjectProvider<ObservationRegistry> registry,
				ObjectProvider<RunObservationConvention> run, ObjectProvider<StoreObservationConvention> store,
				ObjectProvider<ExecutionObservationConvention> execution) {
			return new ObservationListener(registry(registry), conventions(run, store, execution));
		}

		static Supplier<ObservationRegistry> registry(ObjectProvider<ObservationRegistry> registry) {
			DeferredBean<ObservationRegistry> bean = new DeferredBean<>(registry, ObservationRegistry.class);
			return () -> bean.orElse(ObservationRegistry.NOOP);
		}

		static Supplier<ObservationConventions> conventions(ObjectProvider<RunObservationConvention> run,
				ObjectProvider<StoreObservationConvention> store,
				ObjectProvider<ExecutionObservationConvention> execution) {
			return () -> new ObservationConventions(run.getIfAvailable(), store.getIfAvailable(),
					execution.getIfAvailable());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ MeterRegistry.class, ObservationRegistry.class })
	@ConditionalOnBean(MeterRegistry.class)
	static class MetricsConfiguration {

		@Bean
		MeterListener migrationsMeterListener(ObjectProvider<MeterRegistry> registry) {
			return new MeterListener(new DeferredBean<>(registry, MeterRegistry.class));
		}

		@Bean
		@ConditionalOnMissingBean
		MigrationMeters migrationMeters(Migrations migrations, SnapshotWatch watch,
				ObjectProvider<ObservationRegistry> registry, ObjectProvider<RunObservationConvention> run,
				ObjectProvider<StoreObservationConvention> store,
				ObjectProvider<ExecutionObservationConvention> execution, ObjectProvider<ObservationFilter> filters) {
			ObservationMeters observations = new ObservationMeters(
					() -> registry.getIfAvailable(() -> ObservationRegistry.NOOP),
					ObservationConfiguration.conventions(run, store, execution),
					() -> filters.orderedStream().toList());
			return new MigrationMeters(migrations, watch, observations, Clock.systemUTC());
		}

	}

}
