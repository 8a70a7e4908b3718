package io.gemforce.migrations.report;

/**
 * A report about migrations, in any {@link ReportFormat format}.
 */
public sealed interface Report
		permits StatusReport, HistoryReport, MigrationReport, PlanReport, RehearsalReport, JobReport, ErrorReport {

	String template();

	/**
	 * Return the report for people.
	 */
	String describe();

	/**
	 * Whether it will soon say something else.
	 */
	default boolean changesSoon() {
		return false;
	}

}
