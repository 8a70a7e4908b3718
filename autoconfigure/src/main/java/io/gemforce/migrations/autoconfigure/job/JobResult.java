package io.gemforce.migrations.autoconfigure.job;

import io.gemforce.migrations.report.Report;
import io.gemforce.migrations.report.ReportFormat;
import io.gemforce.migrations.report.ReportWriter;

/**
 * What a job came to.
 *
 * @param exitCode what the process ends with
 * @param report what it reports, for programs
 * @param text what it reports, for people
 */
public record JobResult(int exitCode, Report report, String text) {

	/**
	 * Return what the job reports.
	 * @return the report, without a line break at the end
	 */
	String write(ReportFormat format) {
		return (format == ReportFormat.TEXT) ? this.text : ReportWriter.write(this.report, format);
	}

}
