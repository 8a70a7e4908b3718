package io.gemforce.migrations.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How a report is written.
 */
public enum ReportFormat {

	/**
	 * For people at a terminal.
	 */
	TEXT,

	/**
	 * For programs.
	 */
	JSON,

	/**
	 * For the comments of a pull request.
	 */
	MARKDOWN,

	/**
	 * For people with a browser: one document that refers to nothing else.
	 */
	HTML;

	public String id() {
		return name().toLowerCase(Locale.ROOT);
	}

	public static Optional<ReportFormat> find(String id) {
		return Arrays.stream(values()).filter((format) -> format.id().equals(id)).findFirst();
	}

}
