package io.gemforce.migrations.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.mongodb.client.MongoClient;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoReactiveAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.MongoOperations;
import org.springframework.data.mongodb.core.ReactiveMongoOperations;
import org.springframework.data.mongodb.gridfs.GridFsOperations;
import org.springframework.data.mongodb.gridfs.ReactiveGridFsOperations;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties.OnSchemaAhead;
import io.gemforce.migrations.autoconfigure.settings.SetProperties;
import io.gemforce.migrations.mongo.change.ChangeFileSettings;
import io.gemforce.migrations.mongo.context.MigrationTemplates;
import io.gemforce.migrations.mongo.context.MongoRuntimeHints;
import io.gemforce.migrations.mongo.discovery.MigrationSources;
import io.gemforce.migrations.mongo.engine.MongoMigrationStore;
import io.gemforce.migrations.mongo.engine.MongoSettings;
import io.gemforce.migrations.mongo.lock.MigrationLock;
import io.gemforce.migrations.run.Migrations;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for migrations of MongoDB.
 */
@AutoConfiguration(after = { DataMongoAutoConfiguration.class, DataMongoReactiveAutoConfiguration.class,
		MigrationsAutoConfiguration.class, PostgresMigrationsAutoConfiguration.class })
@ConditionalOnClass({ MongoClient.class, MongoDatabaseFactory.class, DataMongoAutoConfiguration.class })
@ImportRuntimeHints(MongoRuntimeHints.class)
public final class MongoMigrationsAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(MongoDatabaseFactory.class)
	static class StoreConfiguration {

		@Bean
		@ConditionalOnMissingBean
		MongoMigrationStore mongoMigrationStore(ListableBeanFactory beanFactory, ResourcePatternResolver resources,
				Environment environment, ObjectProvider<MongoDatabaseFactory> factory,
				ObjectProvider<MongoClient> client, ApplicationContext context, MigrationsProperties properties,
				ApplicationInstance application, ObjectProvider<Migrations> migrations, MigrationsStopSignal stop,
				TemplateDatabaseCheck check) {
			Supplier<MongoDatabaseFactory> primaryFactory = primary(factory, MongoDatabaseFactory.class);
			MongoSettings settings = settings(properties, environment);
			return new MongoMigrationStore(
					new MongoMigrationStore.Connection(() -> check.migrating(primaryFactory.get()),
							() -> MongoClientFinder.of(primaryFactory.get())
								.orElseGet(primary(client, MongoClient.class))),
					MongoMigrationStore.Beans.of(beanFactory, MongoMigrationInitializer.BEAN_NAME, resources,
							settings.files(), new MigrationTemplates(context)),
					settings, new MongoMigrationStore.Service(application,
							(requirement) -> migrations.getObject().check(requirement), stop.signal()));
		}

		private static MongoSettings settings(MigrationsProperties properties, Environment environment) {
			MigrationsProperties.Mongo mongo = properties.getMongo();
			return new MongoSettings(
					new MongoSettings.Place(mongo.getDatabase(), mongo.getHistoryCollection(),
							mongo.getLockCollection()),
					files(mongo, environment),
					new MongoSettings.Preimages(mongo.getPreimageLimit(), mongo.getPreimageRetention()),
					new MongoSettings.Lock(lease(properties.getLock()), properties.getLock().getWaitTimeout()),
					policy(properties));
		}

		private static ChangeFileSettings files(MigrationsProperties.Mongo mongo, Environment environment) {
			return new ChangeFileSettings(mongo.getLocations(),
					new SetProperties(environment, "gemforce.migrations.mongo.").test("locations"),
					mongo.getPlaceholders(), environment);
		}

		private static Duration lease(MigrationsProperties.Lock lock) {
			if (lock.getLease().compareTo(MigrationLock.SHORTEST_LEASE) < 0) {
				throw new InvalidConfigurationPropertyValueException("gemforce.migrations.lock.lease", lock.getLease(),
						"A lease is at least %s".formatted(MigrationLock.SHORTEST_LEASE));
			}
			return lock.getLease();
		}

		private static MongoSettings.Policy policy(MigrationsProperties properties) {
			MigrationsProperties.Mongo mongo = properties.getMongo();
			return new MongoSettings.Policy(version("target", mongo.getTarget()),
					version("baseline-version", mongo.getBaselineVersion()), mongo.isOutOfOrder(),
					mongo.isIgnoreMissing(), properties.getOnSchemaAhead() == OnSchemaAhead.FAIL);
		}

		private static @Nullable Version version(String property, @Nullable String value) {
			if (value == null || value.equals("latest")) {
				return null;
			}
			return Version.parse(value)
				.orElseThrow(
						() -> new InvalidConfigurationPropertyValueException("gemforce.migrations.mongo." + property,
								value, "A version is numbers separated by '.' or '_'"));
		}

		private static <T> Supplier<T> primary(ObjectProvider<T> beans, Class<T> type) {
			return () -> {
				try {
					return beans.getObject();
				}
				catch (NoUniqueBeanDefinitionException ex) {
					throw new MigrationException(Problem.error(ProblemCode.AMBIGUOUS_BEAN, StoreName.MONGO,
							"There are %d beans of type %s (%s) and none is the primary one"
								.formatted(ex.getNumberOfBeansFound(), type.getSimpleName(), ex.getBeanNamesFound()),
							"Mark the one to migrate with @Primary"), "unchanged", ex);
				}
			};
		}

		@Bean(MongoMigrationInitializer.BEAN_NAME)
		MongoMigrationInitializer mongoMigrationInitializer(Migrations migrations) {
			return new MongoMigrationInitializer(migrations);
		}

		@Bean
		static TemplateDatabaseCheck mongoMigrationsTemplateDatabaseCheck(ConfigurableListableBeanFactory beans,
				Environment environment) {
			return new TemplateDatabaseCheck(beans, environment);
		}

		@Bean
		static LazyInitializationExcludeFilter mongoMigrationsLazyInitializationExcludeFilter() {
			return LazyInitializationExcludeFilter.forBeanTypes(MongoMigrationInitializer.class);
		}

		@Bean
		static DependsOnMongoMigrationsPostProcessor mongoOperationsDependsOnMigrations() {
			return new DependsOnMongoMigrationsPostProcessor(MongoOperations.class);
		}

		@Bean
		static DependsOnMongoMigrationsPostProcessor gridFsOperationsDependsOnMigrations() {
			return new DependsOnMongoMigrationsPostProcessor(GridFsOperations.class);
		}

	}

	// The name of Boot's client on the server, unless the user has set one
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MongoClientSettingsBuilderCustomizer.class)
	static class ClientNameConfiguration {

		private static final int LONGEST_NAME = 128;

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		MongoClientSettingsBuilderCustomizer migrationsMongoClientName(ApplicationInstance application,
				MigrationsProperties properties) {
			return (settings) -> {
				boolean enabled = properties.isEnabled() && properties.getMongo().isEnabled();
				if (enabled && settings.build().getApplicationName() == null) {
					settings.applicationName(application.label(LONGEST_NAME));
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(MongoDatabaseFactory.class)
	@ConditionalOnClass(name = { "reactor.core.publisher.Flux", "com.mongodb.reactivestreams.client.MongoClient" })
	static class ReactiveConfiguration {

		@Bean
		static DependsOnMongoMigrationsPostProcessor reactiveMongoOperationsDependsOnMigrations() {
			return new DependsOnMongoMigrationsPostProcessor(ReactiveMongoOperations.class);
		}

		@Bean
		static DependsOnMongoMigrationsPostProcessor reactiveGridFsOperationsDependsOnMigrations() {
			return new DependsOnMongoMigrationsPostProcessor(ReactiveGridFsOperations.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(MongoDatabaseFactory.class)
	@ConditionalOnClass(FlywayMigrationInitializer.class)
	static class AfterPostgresConfiguration {

		@Bean
		static DependsOnPostgresMigrationsPostProcessor mongoMigrationsDependOnPostgresMigrations() {
			return new DependsOnPostgresMigrationsPostProcessor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(MongoDatabaseFactory.class)
	@ConditionalOnClass(DependsOnDatabaseInitialization.class)
	static class AnnotatedConfiguration {

		@Bean
		static AnnotatedDependsOnMongoMigrationsPostProcessor annotatedBeansDependOnMongoMigrations() {
			return new AnnotatedDependsOnMongoMigrationsPostProcessor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(MongoDatabaseFactory.class)
	static class NoDatabaseConfiguration {

		private static final int MAX_NAMED = 5;

		@Bean
		StartupCallback mongoMigrationsWithoutDatabase(ListableBeanFactory beanFactory,
				ResourcePatternResolver resources, Migrations migrations, MigrationsProperties properties) {
			return new StartupCallback(() -> {
				if (!migrations.isDisabled(StoreName.MONGO)) {
					List<String> found = MigrationSources.find(beanFactory, resources,
							properties.getMongo().getLocations());
					if (!found.isEmpty()) {
						throw noDatabase(found, beanFactory);
					}
				}
			});
		}

		private static MigrationException noDatabase(List<String> found, ListableBeanFactory beanFactory) {
			String named = found.stream().limit(MAX_NAMED).collect(Collectors.joining(", "));
			return new MigrationException(Problem.error(ProblemCode.AMBIGUOUS_BEAN, StoreName.MONGO,
					("There are %d MongoDB migrations (%s) but no MongoDatabaseFactory to run them on; beans of type "
							+ "MongoClient: %s")
						.formatted(found.size(), (found.size() > MAX_NAMED) ? named + " …" : named,
								Arrays.toString(beanFactory.getBeanNamesForType(MongoClient.class))),
					"If there are several MongoClient beans, mark the one to migrate with @Primary, or declare a "
							+ "MongoDatabaseFactory bean; or set gemforce.migrations.mongo.enabled=false"),
					"unchanged", null);
		}

	}

}
