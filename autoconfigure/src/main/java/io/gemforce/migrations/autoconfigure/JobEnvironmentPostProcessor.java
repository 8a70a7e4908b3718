package io.gemforce.migrations.autoconfigure;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Keeps a process that runs a job from being a service: no web server, nothing eager, and
 * a standard output that has the report and little else.
 */
class JobEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	private static final String SOURCE = "gemforceMigrationsJob";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!environment.containsProperty("gemforce.migrations.run")) {
			return;
		}
		environment.getPropertySources()
			.addFirst(new MapPropertySource(SOURCE,
					Map.of("spring.main.web-application-type", "none", "spring.main.lazy-initialization", "true",
							"spring.main.keep-alive", "false", "spring.main.banner-mode", "off")));
		if (!"text".equals(environment.getProperty("gemforce.migrations.output.format", "text"))) {
			environment.getPropertySources()
				.addLast(new MapPropertySource(SOURCE + "Logging", Map.of("logging.threshold.console", "ERROR")));
		}
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
