package io.gemforce.migrations.benchmarks;

import io.mongock.driver.mongodb.springdata.v4.SpringDataMongoV4Driver;
import io.mongock.runner.springboot.MongockSpringboot;
import io.mongock.runner.springboot.base.MongockInitializingBeanRunner;
import org.bson.Document;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ClassPathBeanDefinitionScanner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.data.mongodb.core.MongoTemplate;

/**
 * A service that starts, speaks to its database and ends.
 */
public final class StartedService {

	/**
	 * The environment variable with the address of the database.
	 */
	static final String DATABASE = "BENCHMARK_DATABASE";

	private static final String PACKAGE = "benchmark.migrations";

	private StartedService() {
	}

	/**
	 * Start and end.
	 * @param args what migrates the service, and the package of its migrations
	 */
	public static void main(String[] args) {
		Kind kind = Kind.valueOf(args[0]);
		Class<?> source = (kind == Kind.MONGOCK) ? WithMongock.class : Alone.class;
		ApplicationContextInitializer<ConfigurableApplicationContext> scan = (context) -> {
			if (kind == Kind.GEMFORCE) {
				new ClassPathBeanDefinitionScanner((GenericApplicationContext) context).scan(args[1]);
			}
		};
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(source).initializers(scan)
			.run("--spring.main.banner-mode=off", "--spring.main.web-application-type=none",
					"--spring.mongodb.uri=" + System.getenv(DATABASE), "--" + PACKAGE + "=" + args[1],
					"--spring.autoconfigure.exclude="
							+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
							+ "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration")) {
			context.getBean(MongoTemplate.class).executeCommand(new Document("ping", 1));
		}
		System.exit(0);
	}

	/**
	 * What migrates the service.
	 */
	enum Kind {

		ALONE, GEMFORCE, MONGOCK

	}

	/**
	 * A service without configuration of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Alone {

	}

	/**
	 * A service that Mongock migrates when it starts.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WithMongock {

		@Bean
		MongockInitializingBeanRunner mongock(MongoTemplate template, ApplicationContext context,
				Environment environment) {
			return MongockSpringboot.builder()
				.setDriver(SpringDataMongoV4Driver.withDefaultLock(template))
				.addMigrationScanPackage(environment.getRequiredProperty(PACKAGE))
				.setSpringContext(context)
				.setTransactional(false)
				.buildInitializingBeanRunner();
		}

	}

}
