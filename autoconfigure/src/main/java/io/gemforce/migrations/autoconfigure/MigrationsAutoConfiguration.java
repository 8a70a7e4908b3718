package io.gemforce.migrations.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.ResourcePatternResolver;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationListeners;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.autoconfigure.job.JobRunner;
import io.gemforce.migrations.autoconfigure.job.MigrationJob;
import io.gemforce.migrations.autoconfigure.job.OnJobCondition;
import io.gemforce.migrations.autoconfigure.settings.EffectiveSettings;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.MigrationStore;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for what the stores have in common.
 */
@AutoConfiguration
@EnableConfigurationProperties(MigrationsProperties.class)
@ImportRuntimeHints(MigrationsRuntimeHints.class)
public final class MigrationsAutoConfiguration {

	private static final Log logger = LogFactory.getLog(MigrationsAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	ApplicationInstance migrationsApplicationInstance(Environment environment, ObjectProvider<BuildProperties> build) {
		String name = environment.getProperty("spring.application.name", "application");
		String version = environment.getProperty("spring.application.version");
		BuildProperties buildProperties = build.getIfAvailable();
		if (version == null && buildProperties != null) {
			version = buildProperties.getVersion();
		}
		return new ApplicationInstance(name, version, host(), System.getProperty("user.name"));
	}

	private static String host() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			String host = System.getenv("HOSTNAME");
			return (host != null) ? host : "unknown";
		}
	}

	@Bean
	MigrationsStopSignal migrationsStopSignal() {
		return new MigrationsStopSignal();
	}

	@Bean
	@ConditionalOnMissingBean
	Migrations gemforceMigrations(MigrationsProperties properties, Environment environment,
			ApplicationInstance application, ObjectProvider<MigrationStore> stores, MigrationsStopSignal stop,
			ListableBeanFactory beanFactory, ResourcePatternResolver resources) {
		EffectiveSettings settings = new EffectiveSettings(environment, properties);
		List<StoreName> names = Stream.concat(stores.stream().map(MigrationStore::name), settings.disabled().stream())
			.distinct()
			.sorted()
			.toList();
		MissingModules missing = new MissingModules(resources, beanFactory, environment);
		logger.info(settings.describe(names, missing::reason));
		Arrays.stream(StoreName.values())
			.filter((store) -> !names.contains(store))
			.flatMap((store) -> missing.warning(store).stream())
			.forEach(logger::warn);
		Trigger trigger = (properties.getRun() != null) ? Trigger.JOB : Trigger.STARTUP;
		return new Migrations(
				new Migrations.Settings(properties.getMode(), settings.disabled(), properties.getWait().getTimeout(),
						properties.getEndpoint().getSnapshotMaxAge()),
				MigrationRun.begin(trigger, application, new MigrationListeners(new ListenerBeans(beanFactory))),
				stores::stream, stop.signal(), Clock.systemUTC());
	}

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnJobCondition.class)
	static class JobConfiguration {

		@Bean
		MigrationJob migrationsJob(Migrations migrations, MigrationsProperties properties) {
			return new MigrationJob(migrations, properties);
		}

		@Bean
		JobRunner migrationsJobRunner(ObjectProvider<MigrationJob> job, MigrationsStopSignal stop,
				ConfigurableApplicationContext context) {
			return new JobRunner(job, stop.signal(), context, System::exit);
		}

	}

}
