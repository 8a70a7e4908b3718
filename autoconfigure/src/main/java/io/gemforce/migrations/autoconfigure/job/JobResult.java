package io.gemforce.migrations.autoconfigure.job;

import io.gemforce.migrations.report.Report;
import io.gemforce.migrations.report.ReportFormat;
import io.gemforce.migrations.report.ReportWriter;

/**
 * Result of a job.
 *
 * @param report the report for programs
 * @param text the report for people
 */
public record JobResult(int exitCode, Report report, String text) {

	// Without a line break at the end
	String write(ReportFormat format) {
		return (format == ReportFormat.TEXT) ? this.text : ReportWriter.write(this.report, format);
	}

}
