package io.gemforce.migrations.autoconfigure;

import java.util.List;
import java.util.function.Consumer;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties.OnSchemaAhead;
import io.gemforce.migrations.autoconfigure.settings.SetProperties;
import io.gemforce.migrations.postgres.FlywayDefaults;
import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.PostgresSettings;
import io.gemforce.migrations.run.Migrations;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for migrations of PostgreSQL.
 */
@AutoConfiguration(after = { FlywayAutoConfiguration.class, MigrationsAutoConfiguration.class })
@ConditionalOnClass({ Flyway.class, FlywayAutoConfiguration.class })
@Import(DatabaseInitializationDependencyConfigurer.class)
public final class PostgresMigrationsAutoConfiguration {

	@Bean
	static SpareFlywayStrategyRemover migrationsSpareFlywayStrategyRemover() {
		return new SpareFlywayStrategyRemover();
	}

	@Bean(SpareFlywayStrategyRemover.STRATEGY)
	@ConditionalOnMissingBean(FlywayMigrationStrategy.class)
	CoordinatedFlywayStrategy migrationsFlywayStrategy(ObjectProvider<Migrations> migrations) {
		return new CoordinatedFlywayStrategy(migrations, null);
	}

	@Bean
	static FlywayStrategyPostProcessor migrationsFlywayStrategyPostProcessor(ObjectProvider<Migrations> migrations) {
		return new FlywayStrategyPostProcessor(migrations);
	}

	@Bean
	static LazyInitializationExcludeFilter postgresMigrationsLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(FlywayMigrationInitializer.class,
				PostgresMigrationInitializer.class);
	}

	@Bean
	@Conditional(OnSingleFlywayCondition.class)
	@ConditionalOnMissingBean
	FlywayMigrationStore postgresMigrationStore(ObjectProvider<Flyway> flyway,
			ObjectProvider<FlywayMigrationStrategy> strategy, MigrationsProperties properties,
			ApplicationInstance application, MigrationsStopSignal stop) {
		MigrationsProperties.Postgres postgres = properties.getPostgres();
		return new FlywayMigrationStore(flyway::getObject, () -> delegate(strategy.getIfAvailable()),
				new PostgresSettings(postgres.isAlwaysMigrate(), target(postgres),
						properties.getOnSchemaAhead() == OnSchemaAhead.FAIL, postgres.getUndoLocations(),
						postgres.isRerunRepeatablesAfterRollback(), postgres.getLogTable(), postgres.getHoldTable()),
				application, stop.signal(), new DerivedDatabases());
	}

	private static @Nullable String target(MigrationsProperties.Postgres postgres) {
		String target = postgres.getTarget();
		if (target != null) {
			try {
				Flyway.configure().target(target).getTarget();
			}
			catch (FlywayException ex) {
				throw new InvalidConfigurationPropertyValueException("gemforce.migrations.postgres.target", target,
						String.valueOf(ex.getMessage()));
			}
		}
		return target;
	}

	private static @Nullable Consumer<Flyway> delegate(@Nullable FlywayMigrationStrategy strategy) {
		FlywayMigrationStrategy delegate = (strategy instanceof CoordinatedFlywayStrategy coordinated)
				? coordinated.delegate() : strategy;
		return (delegate != null) ? delegate::migrate : null;
	}

	@Bean
	@ConditionalOnBean(Flyway.class)
	@ConditionalOnMissingBean(FlywayMigrationInitializer.class)
	PostgresMigrationInitializer postgresMigrationInitializer(Migrations migrations, ListableBeanFactory beanFactory) {
		return new PostgresMigrationInitializer(migrations, List.of(beanFactory.getBeanNamesForType(Flyway.class)));
	}

	// Safer defaults for Flyway on PostgreSQL
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PostgreSQLConfigurationExtension.class)
	static class FlywayDefaultsConfiguration {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		FlywayConfigurationCustomizer migrationsFlywayDefaults(Environment environment,
				MigrationsProperties properties) {
			return new FlywayDefaults(new SetProperties(environment, "spring.flyway."),
					properties.getLock().getWaitTimeout())::apply;
		}

	}

}
