package io.gemforce.migrations.report;

/**
 * Something that is told about migrations, in any {@link ReportFormat format}.
 */
public sealed interface Report
		permits StatusReport, HistoryReport, MigrationReport, PlanReport, RehearsalReport, JobReport, ErrorReport {

	/**
	 * Return the name of the templates that this is written with.
	 */
	String template();

}
