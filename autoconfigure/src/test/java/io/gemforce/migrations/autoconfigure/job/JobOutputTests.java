package io.gemforce.migrations.autoconfigure.job;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.report.JobReport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link JobOutput}.
 */
class JobOutputTests {

	@Test
	void reportThatCannotBeWrittenIsNoSuccess() {
		assertThat(exitCodeOnAFullDisk(ExitCode.OK)).isEqualTo(ExitCode.UNEXPECTED);
	}

	@Test
	void failureKeepsItsExitCodeWhereItsReportCannotBeWritten() {
		assertThat(exitCodeOnAFullDisk(ExitCode.PENDING)).isEqualTo(ExitCode.PENDING);
	}

	private static int exitCodeOnAFullDisk(int exitCode) {
		PrintStream standardOutput = System.out;
		System.setOut(new PrintStream(new FullDisk()));
		try {
			return JobOutput.of(new MockEnvironment())
				.write(new JobResult(exitCode, JobReport.of("plan", exitCode, null, List.of(), List.of(), null)));
		}
		finally {
			System.setOut(standardOutput);
		}
	}

	private static final class FullDisk extends OutputStream {

		@Override
		public void write(int value) throws IOException {
			throw new IOException("No space left on device");
		}

	}

}
