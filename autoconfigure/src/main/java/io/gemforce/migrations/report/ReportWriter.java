package io.gemforce.migrations.report;

import org.springframework.util.ClassUtils;

/**
 * Writes a report in any format.
 */
public final class ReportWriter {

	private ReportWriter() {
	}

	// Whether the libraries that the format needs are on the class path
	public static boolean canWrite(ReportFormat format) {
		return switch (format) {
			case TEXT, JSON -> true;
			case MARKDOWN, HTML ->
				ClassUtils.isPresent("com.samskivert.mustache.Mustache", ReportWriter.class.getClassLoader());
		};
	}

	/**
	 * Write a report, without a line break at the end. Markdown and HTML need JMustache.
	 */
	public static String write(Report report, ReportFormat format) {
		return switch (format) {
			case TEXT -> VisibleText.of(report.describe(), Integer.MAX_VALUE);
			case JSON -> JsonReports.write(report);
			case MARKDOWN -> MarkdownReports.write(report).stripTrailing();
			case HTML -> HtmlReports.write(report).stripTrailing();
		};
	}

}
