package io.gemforce.migrations.report;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreResult;

/**
 * A run in one line.
 */
public final class RunSummary {

	private RunSummary() {
	}

	/**
	 * Describe a run.
	 * @param run the run
	 * @param results what it did to each store
	 * @return the line
	 */
	public static String describe(MigrationRun run, List<StoreResult> results) {
		Duration total = results.stream().map(StoreResult::duration).reduce(Duration.ZERO, Duration::plus);
		return "migrations: %s; run=%s total=%d ms".formatted(
				results.stream().map(RunSummary::describe).collect(Collectors.joining(", ")), run.id(),
				total.toMillis());
	}

	private static String describe(StoreResult result) {
		String what = switch (result.outcome()) {
			case APPLIED -> "%s->%s (%d applied, %d ms)".formatted((result.from() != null) ? result.from() : "empty",
					result.to(), result.applied().size(), result.duration().toMillis());
			case UP_TO_DATE -> "up to date";
			case AHEAD -> "ahead of this build, nothing run";
			case CHECKED -> "checked, nothing run";
			case DISABLED -> "off";
		};
		return "%s %s".formatted(result.store(), what);
	}

}
