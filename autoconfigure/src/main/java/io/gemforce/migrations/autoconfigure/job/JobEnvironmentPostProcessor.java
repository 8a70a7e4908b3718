package io.gemforce.migrations.autoconfigure.job;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Keeps the process of a job from acting as a service. The job ends the process itself: a
 * shutdown hook of Boot's would wait for a context that waits for the process to end.
 */
class JobEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	private static final Map<String, Object> PROPERTIES = Map.of("spring.main.web-application-type", "none",
			"spring.main.register-shutdown-hook", "false", "spring.main.keep-alive", "false", "spring.main.banner-mode",
			"off");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (environment.containsProperty(JobName.PROPERTY)) {
			environment.getPropertySources().addFirst(new MapPropertySource("gemforceMigrationsJob", PROPERTIES));
			JobOutput.of(environment).keepForReport();
		}
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
