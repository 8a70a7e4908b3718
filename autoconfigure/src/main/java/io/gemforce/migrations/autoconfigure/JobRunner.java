package io.gemforce.migrations.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntConsumer;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.gemforce.migrations.report.ReportFormat;

/**
 * Runs a {@link MigrationJob} as soon as the context has its singletons, before anything
 * else begins to work, writes what it reports, and ends the process. An exit code that is
 * thrown while beans are created would be lost.
 */
final class JobRunner implements SmartInitializingSingleton {

	static final String BEAN_NAME = "migrationsJobRunner";

	private final MigrationJob job;

	private final MigrationsProperties.Output output;

	private final JobSurroundings surroundings;

	private final ConfigurableApplicationContext context;

	private final IntConsumer exit;

	JobRunner(MigrationJob job, MigrationsProperties.Output output, JobSurroundings surroundings,
			ConfigurableApplicationContext context, IntConsumer exit) {
		this.job = job;
		this.output = output;
		this.surroundings = surroundings;
		this.context = context;
		this.exit = exit;
	}

	@Override
	public void afterSingletonsInstantiated() {
		JobResult result = this.job.run();
		String report = result.write(ReportFormat.find(this.output.getFormat()).orElse(ReportFormat.TEXT));
		System.out.println(report);
		System.out.flush();
		Path file = this.output.getFile();
		if (file != null) {
			write(file, report);
		}
		this.surroundings.tell(result);
		this.exit.accept(SpringApplication.exit(this.context, result::exitCode));
	}

	private static void write(Path file, String report) {
		try {
			Files.writeString(file, report + System.lineSeparator(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Could not write the report to gemforce.migrations.output.file=" + file, ex);
		}
	}

}
