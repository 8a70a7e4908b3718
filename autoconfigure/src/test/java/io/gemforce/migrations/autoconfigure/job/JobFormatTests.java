package io.gemforce.migrations.autoconfigure.job;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.autoconfigure.GemMigrations;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.report.ReportFormat;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the formats in which a {@link MigrationJob} reports.
 */
@ExtendWith(TestDatabases.class)
class JobFormatTests {

	private final MongoTestDatabase mongo;

	JobFormatTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void reportsEveryJobInEveryFormat() {
		Map<ReportFormat, String> beginnings = Map.of(ReportFormat.TEXT, "migrations ", ReportFormat.JSON, "{",
				ReportFormat.MARKDOWN, "### Migration", ReportFormat.HTML, "<!DOCTYPE html>");
		TestContexts.with(this.mongo)
			.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("gemforce.migrations.mode=observe", "gemforce.migrations.store=mongo")
			.run((context) -> {
				MigrationsProperties properties = context.getBean(MigrationsProperties.class);
				for (JobName job : new JobName[] { JobName.PLAN, JobName.VALIDATE, JobName.STATUS, JobName.MIGRATE,
						JobName.REPAIR, JobName.RELEASE_LOCK, JobName.RELEASE_HOLD, JobName.ROLLBACK }) {
					for (ReportFormat format : ReportFormat.values()) {
						properties.setRun(job.id());
						properties.getOutput().setFormat(format.id());
						JobResult result = new MigrationJob(context.getBean(Migrations.class), properties).run();
						assertThat(result.write(format)).as("%s as %s", job, format).startsWith(beginnings.get(format));
					}
				}
			});
	}

	@Test
	void reportsWhatIsPendingForAPullRequest() {
		TestContexts.with(this.mongo)
			.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("gemforce.migrations.mode=observe")
			.run((context) -> {
				MigrationsProperties properties = context.getBean(MigrationsProperties.class);
				properties.setRun("plan");
				JobResult result = new MigrationJob(context.getBean(Migrations.class), properties).run();
				assertThat(result.exitCode()).isEqualTo(ExitCode.OK);
				assertThat(result.write(ReportFormat.MARKDOWN)).contains("| 1 | mongo | 1 | expand | create gem | up",
						"| 2 | mongo | 2 | expand | name gem | up", "planHash `sha256:");
			});
	}

}
