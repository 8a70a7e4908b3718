package io.gemforce.migrations.autoconfigure.job;

import io.gemforce.migrations.report.Report;
import io.gemforce.migrations.report.ReportFormat;
import io.gemforce.migrations.report.ReportWriter;

/**
 * Result of a job.
 */
public record JobResult(int exitCode, Report report) {

	String text() {
		return this.report.describe();
	}

	// Without a line break at the end
	String write(ReportFormat format) {
		return (format == ReportFormat.TEXT) ? text() : ReportWriter.write(this.report, format);
	}

}
