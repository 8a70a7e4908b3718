package io.gemforce.migrations.report;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreResult;

/**
 * Results of runs for people.
 */
public final class TextReports {

	private TextReports() {
	}

	// The failure is null if the run went through
	public static String describe(MigrationRun run, List<StoreResult> results, @Nullable RuntimeException failure,
			Duration total) {
		return "migrations: %s; run=%s total=%d ms".formatted(Stream
			.concat(results.stream().map(TextReports::describe), Stream.ofNullable(failure).map(TextReports::describe))
			.collect(Collectors.joining(", ")), run.id(), total.toMillis());
	}

	private static String describe(RuntimeException failure) {
		if (failure instanceof MigrationException problem) {
			return (problem.getStore() != null) ? "%s failed with %s".formatted(problem.getStore(), problem.getCode())
					: "failed with %s".formatted(problem.getCode());
		}
		return "failed with " + failure.getClass().getSimpleName();
	}

	public static String describe(StoreResult result) {
		String what = switch (result.outcome()) {
			case APPLIED -> "%s->%s (%d applied, %d ms)".formatted((result.from() != null) ? result.from() : "empty",
					result.to(), result.executed().size(), result.duration().toMillis());
			case ROLLED_BACK ->
				"%s->%s (%d undone, %d ms)".formatted(result.from(), (result.to() != null) ? result.to() : "empty",
						result.executed().size(), result.duration().toMillis());
			case HELD -> "held back, nothing run";
			case UP_TO_DATE -> "up to date";
			case AHEAD -> "ahead of this build, nothing run";
			case CHECKED -> "checked, nothing run";
			case DISABLED -> "off, skipped";
		};
		return "%s %s".formatted(result.store(), what);
	}

}
