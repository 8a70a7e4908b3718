package io.gemforce.migrations.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RollbackTarget;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README shows files of the sample application, and what its jobs print.
 */
class ReadmeTests {

	private static final Path README = Path.of("../README.md");

	private static final Path CHANGES = Path.of("src/main/resources/db/mongo/V2__Add_status_to_gems.yaml");

	@Test
	void showsAChangeFile() throws IOException {
		assertThat(readme()).contains(Files.readString(CHANGES).strip().indent(3));
	}

	@Test
	void showsThePlanAndTheRollbackOfTheSampleApplication() throws IOException {
		try (ConfigurableApplicationContext sample = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0", "--gemforce.migrations.mode=observe")) {
			Migrations migrations = sample.getBean(Migrations.class);
			assertThat(readme()).contains(step(2, PlanReport.of(migrations.plan(List.of(StoreName.MONGO), true))));
			assertThat(migrations.migrate(migrations.stores(), null).failure()).isNull();
			assertThat(readme()).contains(
					withoutHash(PlanReport.of(migrations.planRollback(toVersion(StoreName.MONGO, "3"))).describe()));
		}
	}

	private static RollbackTarget toVersion(StoreName store, String version) {
		return new RollbackTarget.ToVersion(store, Version.parse(version).orElseThrow());
	}

	private static String step(int number, PlanReport plan) {
		return Arrays.stream(plan.describe().split("\\R(?=\\d+\\. )"))
			.filter((step) -> step.startsWith(number + ". "))
			.findFirst()
			.orElseThrow();
	}

	private static String readme() throws IOException {
		return withoutHash(Files.readString(README));
	}

	// It tells whether classes were compiled anew
	private static String withoutHash(String text) {
		return text.replaceAll("sha256:[0-9a-f]+", "sha256:…");
	}

}
