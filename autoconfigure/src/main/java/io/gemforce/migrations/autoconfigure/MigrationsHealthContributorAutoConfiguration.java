package io.gemforce.migrations.autoconfigure;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.actuate.StoreHealthIndicator;
import io.gemforce.migrations.actuate.observation.SnapshotWatch;
import io.gemforce.migrations.run.Migrations;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the health of migrations. The
 * contributor includes stores that are switched off: a health group that names a missing
 * contributor would keep the service from starting.
 */
@AutoConfiguration(after = MigrationsMonitoringAutoConfiguration.class)
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
public final class MigrationsHealthContributorAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnEnabledHealthIndicator("migrations")
	static class HealthConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = { "migrationsHealthIndicator", "migrationsHealthContributor" })
		CompositeHealthContributor migrationsHealthContributor(Migrations migrations, SnapshotWatch watch) {
			Map<String, HealthIndicator> stores = new LinkedHashMap<>();
			for (StoreName store : migrations.stores()) {
				stores.put(store.id(), new StoreHealthIndicator(store, migrations, watch, Clock.systemUTC()));
			}
			return CompositeHealthContributor.fromMap(stores);
		}

	}

}
