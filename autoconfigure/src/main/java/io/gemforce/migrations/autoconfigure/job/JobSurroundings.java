package io.gemforce.migrations.autoconfigure.job;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Function;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.report.JobReport;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.report.ProblemReport;
import io.gemforce.migrations.report.Report;
import io.gemforce.migrations.report.ReportFormat;
import io.gemforce.migrations.report.ReportWriter;
import io.gemforce.migrations.report.StatusReport;

/**
 * Tells the environment of a job its result, besides the report:
 * <ul>
 * <li>GitHub Actions ({@code GITHUB_ACTIONS=true}): an annotation for each problem, and
 * the report in the summary of the step.</li>
 * <li>Kubernetes: the end of the report as the termination message of the container.</li>
 * </ul>
 * A failure of this is logged and does not change the result.
 */
final class JobSurroundings {

	private static final Log logger = LogFactory.getLog(JobSurroundings.class);

	private static final Path TERMINATION_LOG = Path.of("/dev/termination-log");

	// What Kubernetes keeps of a termination message, in bytes
	private static final int LONGEST_TERMINATION_MESSAGE = 4096;

	private final Function<String, @Nullable String> environment;

	private final Path terminationLog;

	private final GitHubAnnotations annotations;

	private final PrintStream out;

	JobSurroundings() {
		// Standard output may be a report for programs; GitHub reads both
		this(System::getenv, TERMINATION_LOG, Path.of("").toAbsolutePath(), System.err);
	}

	JobSurroundings(Function<String, @Nullable String> environment, Path terminationLog, Path workingDirectory,
			PrintStream out) {
		this.environment = environment;
		this.terminationLog = terminationLog;
		this.annotations = new GitHubAnnotations(workingDirectory);
		this.out = out;
	}

	void tell(JobResult result) {
		if ("true".equals(this.environment.apply("GITHUB_ACTIONS"))) {
			problems(result.report()).forEach((problem) -> this.out.println(this.annotations.write(problem)));
			this.out.flush();
		}
		String summary = this.environment.apply("GITHUB_STEP_SUMMARY");
		if (summary != null && ReportWriter.canWrite(ReportFormat.MARKDOWN)) {
			append(summary, result.write(ReportFormat.MARKDOWN));
		}
		if (Files.isWritable(this.terminationLog)) {
			write(result.text());
		}
	}

	private static List<ProblemReport> problems(Report report) {
		if (report instanceof JobReport job) {
			return job.problems();
		}
		if (report instanceof PlanReport plan) {
			return plan.problems();
		}
		return (report instanceof StatusReport status) ? status.problems() : List.of();
	}

	private static void append(String file, String markdown) {
		try {
			Files.writeString(Path.of(file), markdown + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException | InvalidPathException ex) {
			logger.warn("Could not write the report to GITHUB_STEP_SUMMARY=%s: %s".formatted(file, ex));
		}
	}

	private void write(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		int from = Math.max(0, bytes.length - LONGEST_TERMINATION_MESSAGE);
		// Not in the middle of a character
		while (from > 0 && from < bytes.length && (bytes[from] & 0xC0) == 0x80) {
			from++;
		}
		try {
			Files.write(this.terminationLog,
					List.of(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)));
		}
		catch (IOException ex) {
			logger.warn("Could not write the termination message to %s: %s".formatted(this.terminationLog, ex));
		}
	}

}
