package io.gemforce.migrations.report;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreResult;

/**
 * Reports for people.
 */
public final class TextReports {

	private TextReports() {
	}

	/**
	 * Describe a run in one line.
	 * @param run the run
	 * @param results what it did to each store
	 * @return the line
	 */
	public static String describe(MigrationRun run, List<StoreResult> results) {
		Duration total = results.stream().map(StoreResult::duration).reduce(Duration.ZERO, Duration::plus);
		return "migrations: %s; run=%s total=%d ms".formatted(
				results.stream().map(TextReports::describe).collect(Collectors.joining(", ")), run.id(),
				total.toMillis());
	}

	/**
	 * Describe what a run did to a store.
	 * @param result what it did
	 * @return a part of a line
	 */
	public static String describe(StoreResult result) {
		String what = switch (result.outcome()) {
			case APPLIED -> "%s->%s (%d applied, %d ms)".formatted((result.from() != null) ? result.from() : "empty",
					result.to(), result.applied().size(), result.duration().toMillis());
			case UP_TO_DATE -> "up to date";
			case AHEAD -> "ahead of this build, nothing run";
			case CHECKED -> "checked, nothing run";
			case DISABLED -> "off, skipped";
		};
		return "%s %s".formatted(result.store(), what);
	}

	/**
	 * Describe what a job did.
	 * @param report what it did
	 * @return some lines
	 */
	public static String describe(JobReport report) {
		StringBuilder text = new StringBuilder("migrations %s: ".formatted(report.job()))
			.append(report.done().isEmpty() ? "failed" : String.join("; ", report.done()));
		report.problems().forEach((problem) -> text.append('\n').append(describe(problem)));
		if (report.databaseState() != null) {
			text.append("\nDatabase state: ").append(report.databaseState());
		}
		text.append('\n');
		if (report.runId() != null) {
			text.append("run=%s ".formatted(report.runId()));
		}
		return text.append("exit code %d".formatted(report.exitCode())).toString();
	}

	private static String describe(Problem problem) {
		return "%s %s: %s\n  %s".formatted(problem.severity(), problem.code(), problem.message(), problem.action());
	}

	/**
	 * Describe the status of all stores.
	 * @param report the status
	 * @return some lines
	 */
	public static String describe(StatusReport report) {
		StringBuilder text = new StringBuilder("migrations status: %s".formatted(report.status()));
		report.stores().forEach((name, store) -> text.append('\n').append(describe(name, store)));
		report.problems().forEach((problem) -> text.append('\n').append(describe(problem)));
		return text.toString();
	}

	private static String describe(String name, StatusReport.Store store) {
		StringBuilder line = new StringBuilder("%s: %s".formatted(name, store.status()));
		if (store.currentVersion() != null) {
			line.append(", version ").append(store.currentVersion());
		}
		line.append(", %d applied, %d pending, %d failed".formatted(store.counts().applied(), store.counts().pending(),
				store.counts().failed()));
		if (store.lock().held()) {
			line.append(", locked by %s".formatted(store.lock().owner()));
		}
		return line.toString();
	}

}
