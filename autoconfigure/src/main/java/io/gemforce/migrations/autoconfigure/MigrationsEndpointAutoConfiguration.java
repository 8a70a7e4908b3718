package io.gemforce.migrations.autoconfigure;

import java.time.Clock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.web.PathMapper;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.gemforce.migrations.actuate.EndpointOperations;
import io.gemforce.migrations.actuate.EndpointSettings;
import io.gemforce.migrations.actuate.MigrationsEndpoint;
import io.gemforce.migrations.actuate.MigrationsEndpointWebExtension;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.report.MigrationReports;
import io.gemforce.migrations.run.Migrations;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link MigrationsEndpoint}.
 */
@AutoConfiguration(after = { MigrationsAutoConfiguration.class, PostgresMigrationsAutoConfiguration.class,
		MongoMigrationsAutoConfiguration.class })
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
public final class MigrationsEndpointAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(MigrationsEndpoint.class)
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnMissingBean
		MigrationReports gemforceMigrationReports(Migrations migrations) {
			return new MigrationReports(migrations, Clock.systemUTC());
		}

		@Bean
		@ConditionalOnMissingBean
		MigrationsEndpoint migrationsEndpoint(MigrationReports reports) {
			return new MigrationsEndpoint(reports);
		}

		@Bean
		@ConditionalOnMissingBean
		MigrationsEndpointWebExtension migrationsEndpointWebExtension(MigrationReports reports,
				EndpointSettings settings, EndpointOperations operations) {
			return new MigrationsEndpointWebExtension(reports, settings, operations);
		}

		@Bean
		@ConditionalOnMissingBean
		EndpointSettings migrationsEndpointSettings(MigrationsProperties properties, ObjectProvider<PathMapper> paths) {
			MigrationsProperties.Endpoint endpoint = properties.getEndpoint();
			String path = PathMapper.getRootPath(paths.orderedStream().toList(), EndpointId.of("migrations"));
			return new EndpointSettings(path.substring(path.lastIndexOf('/') + 1), endpoint.getOperations(),
					endpoint.getRoles(), endpoint.isAllowAnonymous(), Show.valueOf(endpoint.getShowScripts().name()));
		}

		@Bean
		@ConditionalOnMissingBean
		EndpointOperations migrationsEndpointOperations(Migrations migrations, EndpointSettings settings,
				MigrationsStopSignal stop, ApplicationContext context) {
			return new EndpointOperations(migrations, settings, stop.signal(), context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication
	static class HintConfiguration {

		private static final Log logger = LogFactory.getLog(MigrationsEndpoint.class);

		@Bean
		StartupCallback migrationsEndpointHint(ObjectProvider<MigrationsEndpoint> endpoint,
				ObjectProvider<EndpointAccessResolver> accessResolver) {
			return new StartupCallback(() -> {
				EndpointAccessResolver access = accessResolver.getIfAvailable(() -> (id, byDefault) -> byDefault);
				boolean allowed = access.accessFor(EndpointId.of("migrations"), Access.READ_ONLY) != Access.NONE;
				if (allowed && endpoint.getIfAvailable() == null) {
					logger.info("Endpoint 'migrations' is available but not exposed; add it to "
							+ "management.endpoints.web.exposure.include");
				}
			});
		}

	}

}
