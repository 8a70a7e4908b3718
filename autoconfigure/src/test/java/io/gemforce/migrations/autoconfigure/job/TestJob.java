package io.gemforce.migrations.autoconfigure.job;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.run.Migrations;

/**
 * A job that is run within the process of a test.
 */
public final class TestJob {

	private TestJob() {
	}

	/**
	 * Run a job.
	 * @param arguments properties below {@code gemforce.migrations}, separated by spaces
	 */
	public static JobResult run(BeanFactory context, String arguments) {
		return new MigrationJob(context.getBean(Migrations.class), bind(arguments)).run();
	}

	private static MigrationsProperties bind(String arguments) {
		Map<String, String> properties = Arrays.stream(arguments.split(" "))
			.map((argument) -> argument.split("=", 2))
			.collect(Collectors.toMap((argument) -> "job." + argument[0], (argument) -> argument[1]));
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("job",
				MigrationsProperties.class);
	}

}
