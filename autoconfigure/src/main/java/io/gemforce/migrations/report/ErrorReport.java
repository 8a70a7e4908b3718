package io.gemforce.migrations.report;

import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused.
 *
 * @param error the stable name of the reason
 * @param message what is wrong
 * @param action what to do about it
 * @param store the store that was asked about
 * @param docs where the documentation tells more
 * @param runId the run that is in the way
 */
public record ErrorReport(String error, String message, String action, @Nullable String store, String docs,
		@Nullable String runId) implements Report {

	/**
	 * Report that a request was refused.
	 * @param error the stable name of the reason
	 * @param message what is wrong
	 * @param action what to do about it
	 * @param store the store that was asked about, {@code null} if there is none
	 * @return the report
	 */
	public static ErrorReport of(String error, String message, String action, @Nullable String store) {
		return new ErrorReport(error, message, action, store, ProblemReport.docs(error), null);
	}

	@Override
	public String template() {
		return "error";
	}

}
