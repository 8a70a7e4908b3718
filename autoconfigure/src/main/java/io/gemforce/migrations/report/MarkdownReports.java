package io.gemforce.migrations.report;

import java.util.Map;

/**
 * Reports for the comments of a pull request and the summaries of a build.
 */
public final class MarkdownReports {

	private MarkdownReports() {
	}

	public static String write(Report report) {
		return Templates.MARKDOWN.write(report.template(), report, Map.of());
	}

}
