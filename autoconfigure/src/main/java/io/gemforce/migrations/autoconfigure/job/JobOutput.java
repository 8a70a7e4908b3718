package io.gemforce.migrations.autoconfigure.job;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.report.ReportFormat;
import io.gemforce.migrations.report.ReportWriter;

/**
 * Writes the report of a job to the standard output, and to a file if the user wants one.
 * Unless the report is text, other output and logs go to the standard error.
 */
final class JobOutput {

	private static final Log logger = LogFactory.getLog(JobOutput.class);

	private static final String FORMAT = "gemforce.migrations.output.format";

	private static final String FILE = "gemforce.migrations.output.file";

	private final String format;

	private final @Nullable String file;

	private JobOutput(String format, @Nullable String file) {
		this.format = format;
		this.file = file;
	}

	// Read from the environment, as the properties' bean is not there if one is wrong
	static JobOutput of(Environment environment) {
		return new JobOutput(environment.getProperty(FORMAT, ReportFormat.TEXT.id()), environment.getProperty(FILE));
	}

	void keepForReport() {
		if (!this.format.equals(ReportFormat.TEXT.id())) {
			System.setOut(System.err);
		}
	}

	// Before anything is done
	void check() {
		ReportFormat format = ReportFormat.find(this.format)
			.orElseThrow(() -> invalid("%s is '%s', which is no format".formatted(FORMAT, this.format), "Use one of %s"
				.formatted(
						Arrays.stream(ReportFormat.values()).map(ReportFormat::id).collect(Collectors.joining(", "))),
					null));
		if (!ReportWriter.canWrite(format)) {
			throw invalid("%s is '%s', which needs JMustache".formatted(FORMAT, this.format),
					"Add com.samskivert:jmustache to the class path, as the starter does", null);
		}
		try {
			writeToFile("");
		}
		catch (IOException | InvalidPathException ex) {
			throw invalid("The report cannot be written to %s=%s: %s".formatted(FILE, this.file, ex),
					"Name a file in a folder that is there and that the process may write to", ex);
		}
	}

	private static MigrationException invalid(String message, String action, @Nullable Exception cause) {
		return new MigrationException(new Problem(Severity.ERROR, ProblemCode.INVALID_ARGUMENT, null, message, action),
				"unchanged, the job was not begun", cause);
	}

	private void writeToFile(String report) throws IOException {
		if (this.file != null) {
			Files.writeString(Path.of(this.file), report, StandardCharsets.UTF_8);
		}
	}

	// Returns the job's exit code, unless it succeeded and its report was not written
	int write(JobResult result) {
		ReportFormat format = ReportFormat.find(this.format).filter(ReportWriter::canWrite).orElse(ReportFormat.TEXT);
		String report = result.write(format) + System.lineSeparator();
		PrintStream standardOutput = (format == ReportFormat.TEXT) ? System.out
				: new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
		standardOutput.print(report);
		boolean written = !standardOutput.checkError();
		if (!written) {
			logger.error("The report could not be written to the standard output: is a disk full, or its reader gone?");
		}
		new JobSurroundings().tell(result);
		try {
			writeToFile(report);
		}
		catch (IOException | InvalidPathException ex) {
			logger.error("The report could not be written to %s=%s: %s".formatted(FILE, this.file, ex));
			written = false;
		}
		return (written || result.exitCode() != ExitCode.OK) ? result.exitCode() : ExitCode.UNEXPECTED;
	}

}
