package io.gemforce.migrations.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.store.MigrationCounts;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.StoreOverview;
import io.gemforce.migrations.store.Undo;

/**
 * Reports for people.
 */
public final class TextReports {

	private TextReports() {
	}

	public static String describe(Report report) {
		if (report instanceof StatusReport status) {
			return describe(status);
		}
		if (report instanceof PlanReport plan) {
			return describe(plan);
		}
		if (report instanceof RehearsalReport rehearsal) {
			return describe(rehearsal);
		}
		if (report instanceof JobReport job) {
			return describe(job);
		}
		if (report instanceof HistoryReport history) {
			return describe(history);
		}
		if (report instanceof MigrationReport migration) {
			return describe(migration);
		}
		ErrorReport error = (ErrorReport) report;
		return "%s: %s\n  %s".formatted(error.error(), error.message(), error.action());
	}

	private static String describe(HistoryReport report) {
		StringBuilder text = new StringBuilder("migrations of %s: %s".formatted(report.store(), report.status()));
		report.migrations()
			.forEach((item) -> text
				.append("\n%s %s (%s)".formatted(item.status().state(), item.subject().id(),
						item.subject().description()))
				.append((item.newest() != null) ? describe(item.newest().timing()) : ""));
		return text.append("\n%d in all".formatted(report.page().total())).toString();
	}

	private static String describe(Execution.Timing timing) {
		return ((timing.finishedAt() != null) ? ", " + timing.finishedAt() : "")
				+ ((timing.durationMs() != null) ? ", %d ms".formatted(timing.durationMs()) : "");
	}

	private static String describe(MigrationReport report) {
		HistoryReport.Subject subject = report.item().subject();
		StringBuilder text = new StringBuilder("migration %s of %s (%s): %s".formatted(subject.id(), report.store(),
				subject.description(), report.item().status().state()));
		report.attemptsList().forEach((attempt) -> text.append('\n').append(describe(attempt)));
		return text.toString();
	}

	private static String describe(Execution attempt) {
		Instant startedAt = attempt.timing().startedAt();
		String user = attempt.origin().user();
		return "%d %s %s".formatted(attempt.rank(), attempt.status().direction(), attempt.status().state())
				+ ((startedAt != null) ? ", " + startedAt : "") + ((user != null) ? ", by " + user : "")
				+ ((attempt.error() != null) ? ": " + attempt.error().message() : "");
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

	private static String describe(ProblemReport problem) {
		return "%s %s: %s\n  %s".formatted(problem.severity(), problem.code(), problem.message(), problem.action());
	}

	public static String describe(PlanReport report) {
		StringBuilder text = new StringBuilder(
				"migrations plan: %d step(s), planHash %s".formatted(report.steps().size(), report.planHash()));
		int number = 1;
		for (PlanReport.Step step : report.steps()) {
			text.append("\n%d. %s".formatted(number++, describe(step)));
		}
		if (report.result() != null) {
			report.result()
				.forEach(
						(store, result) -> text.append("\n%s would be at version %s".formatted(store, result.version()))
							.append((result.applicationVersion() != null)
									? ", which application version %s was the last to run on"
										.formatted(result.applicationVersion())
									: ""));
		}
		report.problems().forEach((problem) -> text.append('\n').append(describe(problem)));
		if (report.next() != null) {
			text.append('\n').append(report.next());
		}
		return text.toString();
	}

	private static String describe(PlanReport.Step step) {
		PlanReport.Subject subject = step.subject();
		PlannedWork work = step.work();
		StringBuilder text = new StringBuilder("%s %s %s (%s), %s".formatted(step.direction(), subject.store(),
				subject.id(), subject.description(), step.phase()));
		if (subject.type() != null) {
			text.append(", ").append(subject.type());
		}
		if (work.transactional() != null) {
			text.append(work.transactional() ? ", in a transaction" : ", not in a transaction");
		}
		Undo undo = step.undo();
		text.append(undo.available() ? ", undo: %s".formatted(undo.kind()) : ", no undo: %s".formatted(undo.reason()));
		step.heldBack().forEach((reason) -> text.append("\n   HELD BACK: ").append(reason));
		work.summary().lines().forEach((line) -> text.append("\n   ").append(line));
		work.locks().forEach((lock) -> text.append("\n   lock: ").append(lock));
		if (work.script() != null) {
			work.script().lines().forEach((line) -> text.append("\n   | ").append(line));
		}
		return text.toString();
	}

	public static String describe(RehearsalReport report) {
		StringBuilder text = new StringBuilder("migrations rehearsal: %s, %d migration(s)"
			.formatted(report.passed() ? "nothing failed" : "FAILED", report.migrations().size()));
		for (RehearsalReport.Item item : report.migrations()) {
			text.append("\n%-13s %s %s (%s)".formatted(item.outcome(), item.store(), item.id(), item.description()));
			text.append((item.upMs() != null) ? ", up %d ms".formatted(item.upMs()) : "");
			text.append((item.downMs() != null) ? ", down %d ms".formatted(item.downMs()) : "");
			text.append((item.reason() != null) ? ": " + item.reason() : "");
		}
		return text.toString();
	}

	public static String describe(StatusReport report) {
		StringBuilder text = new StringBuilder("migrations status: %s".formatted(report.status()));
		report.stores().forEach((name, store) -> text.append('\n').append(describe(name, store)));
		report.problems().forEach((problem) -> text.append('\n').append(describe(problem)));
		return text.toString();
	}

	private static String describe(String name, StatusReport.Store store) {
		StringBuilder line = new StringBuilder("%s: %s".formatted(name, store.status()));
		StoreOverview overview = store.overview();
		if (overview.currentVersion() != null) {
			line.append(", version ").append(overview.currentVersion());
		}
		MigrationCounts counts = overview.counts();
		line.append(", %d applied, %d pending, %d failed".formatted(counts.applied(), counts.pending(),
				counts.notable().failed()));
		if (store.lock().held()) {
			line.append(", locked by %s".formatted(store.lock().owner()));
		}
		if (store.hold() != null) {
			line.append(", held at version %s".formatted(store.hold().version()));
		}
		return line.toString();
	}

}
