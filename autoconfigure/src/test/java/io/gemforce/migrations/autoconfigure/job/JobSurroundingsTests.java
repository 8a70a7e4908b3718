package io.gemforce.migrations.autoconfigure.job;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.JobReport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JobSurroundings}.
 */
class JobSurroundingsTests {

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	@TempDir
	private Path directory;

	@Test
	void annotatesTheFileThatAProblemNames() throws IOException {
		Path script = this.directory.resolve("orders/src/main/resources/db/migration/V3__add.sql");
		Files.createDirectories(script.getParent());
		Files.createFile(script);
		Path built = this.directory.resolve("orders/a/target/V3__add.sql");
		Files.createDirectories(built.getParent());
		Files.createFile(built);
		tell(Map.of("GITHUB_ACTIONS", "true"), Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES,
				"Migration 3 (V3__add.sql): 100 %\nno", "Fix"));
		assertThat(output()).containsExactly("::error file=orders/src/main/resources/db/migration/V3__add.sql,"
				+ "title=SQL_FAILED::Migration 3 (V3__add.sql): 100 %25%0Ano%0AFix");
	}

	@Test
	void annotatesTheSourceOfABean() throws IOException {
		Path source = this.directory.resolve("src/main/java/com/acme/AddField.java");
		Files.createDirectories(source.getParent());
		Files.createFile(source);
		tell(Map.of("GITHUB_ACTIONS", "true"), Problem.warning(ProblemCode.CHECKSUM_MISMATCH, StoreName.MONGO,
				"Migration 2 (com.acme.AddField) was edited", "Look"));
		assertThat(output()).singleElement()
			.asString()
			.startsWith("::warning file=src/main/java/com/acme/AddField.java,title=CHECKSUM_MISMATCH::");
	}

	@Test
	void annotatesWithoutAFileWhereThereIsNone() throws IOException {
		tell(Map.of("GITHUB_ACTIONS", "true"),
				Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES, "V3__add.sql failed", "Fix"));
		assertThat(output()).containsExactly("::error title=SQL_FAILED::V3__add.sql failed%0AFix");
	}

	@Test
	void appendsToTheSummaryOfTheStep() throws IOException {
		Path summary = this.directory.resolve("summary.md");
		Files.writeString(summary, "before\n");
		tell(Map.of("GITHUB_STEP_SUMMARY", summary.toString()),
				Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES, "V3__add.sql failed", "Fix"));
		assertThat(summary).content()
			.startsWith("before\n### Migrations: migrate, exit code 12\n")
			.contains("**SQL\\_FAILED** (postgres): V3\\_\\_add.sql failed");
		assertThat(output()).isEmpty();
	}

	@Test
	void leavesTheEndOfTheReportAsTheTerminationMessage() throws IOException {
		Path log = Files.createFile(this.directory.resolve("termination-log"));
		tell(Map.of(),
				Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES, "ä".repeat(10_000) + " the end", "Fix"));
		assertThat(log).content().startsWith("ä").contains(" the end\n  Fix").endsWith("exit code 12\n");
		assertThat(Files.size(log)).isLessThanOrEqualTo(4096 + 1);
	}

	@Test
	void tellsNobodyWhereThereIsNobody() throws IOException {
		tell(Map.of(), Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES, "V3__add.sql failed", "Fix"));
		assertThat(output()).isEmpty();
		assertThat(this.directory).isEmptyDirectory();
	}

	private void tell(Map<String, String> environment, Problem problem) {
		JobReport report = JobReport.of("migrate", 12, "r-1", List.of(), List.of(problem), null);
		new JobSurroundings(environment::get, this.directory.resolve("termination-log"), this.directory,
				new PrintStream(this.out, true, StandardCharsets.UTF_8))
			.tell(new JobResult(12, report));
	}

	private List<String> output() {
		return this.out.toString(StandardCharsets.UTF_8).lines().toList();
	}

}
