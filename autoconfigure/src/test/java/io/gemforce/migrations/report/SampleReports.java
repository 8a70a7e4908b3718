package io.gemforce.migrations.report;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.Execution;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.run.MigrationMode;
import io.gemforce.migrations.store.AffectedCount;
import io.gemforce.migrations.store.Dependencies;
import io.gemforce.migrations.store.EntryStatus;
import io.gemforce.migrations.store.MigrationCounts;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.Requirement;
import io.gemforce.migrations.store.StoreOverview;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.UndoKind;

/**
 * Reports whose every text is what the test wants it to be.
 */
final class SampleReports {

	private static final Requirement REQUIRED = Requirement.parse("postgres:4").orElseThrow();

	static final Instant TIME = Instant.parse("2026-11-24T14:38:43.153Z");

	private SampleReports() {
	}

	static List<Report> all(String text) {
		return List.of(status(text), history(text), migration(text), plan(text), job(text),
				ErrorReport.of("UNKNOWN_STORE", text, text, text));
	}

	static StatusReport status(String text) {
		Map<String, StatusReport.Store> stores = new LinkedHashMap<>();
		stores.put("postgres",
				new StatusReport.Store("postgresql", "flyway/12.4.0", StoreStatus.UP_TO_DATE,
						new StoreOverview("5", "5", counts(6, 0, 0)),
						new StatusReport.LastApplied("5", text, TIME, 812L, text, text, text),
						new StatusReport.Lock(false, false, null, null, null, null), null));
		stores.put("mongo",
				new StatusReport.Store("mongodb", "gemforce-migrations/1.0.0", StoreStatus.FAILED,
						new StoreOverview("4", "6", counts(4, 1, 1)), null,
						new StatusReport.Lock(true, false, text, TIME, 61_000L, text),
						new StatusReport.Held("4", text, text, TIME)));
		return new StatusReport(StoreStatus.FAILED, MigrationMode.OBSERVE,
				new StatusReport.Application(text, text, text), new StatusReport.Snapshot(TIME, 94),
				new StatusReport.Run("r-1", Trigger.ENDPOINT, StatusReport.RunState.RUNNING, TIME, 8123,
						new StatusReport.Position("mongo", text, 2, 5), null),
				problems(text), stores);
	}

	private static MigrationCounts counts(int applied, int pending, int failed) {
		return new MigrationCounts(applied, pending, new MigrationCounts.Notable(0, failed, 0, 0, 0, 0));
	}

	private static List<ProblemReport> problems(String text) {
		return List.of(ProblemReport.of(Problem.error(ProblemCode.CHECKSUM_MISMATCH, StoreName.MONGO, text, text)));
	}

	static HistoryReport history(String text) {
		return new HistoryReport("mongo", StoreStatus.FAILED, new HistoryReport.Page(2, 3, 17L),
				List.of(item("6", text, MigrationState.FAILED), item("R:" + text, text, MigrationState.APPLIED)));
	}

	static HistoryReport.Item item(String id, String text, MigrationState state) {
		return item(id, text, state, Undo.by(UndoKind.DERIVED), new Dependencies(List.of(REQUIRED), List.of()));
	}

	private static HistoryReport.Item item(String id, String text, MigrationState state, Undo undo,
			Dependencies dependencies) {
		return new HistoryReport.Item(new HistoryReport.Subject(id, 18L, id, text, MigrationType.BEAN),
				new EntryStatus(Phase.EXPAND, state, null), text,
				new HistoryReport.Newest(true, new Execution.Timing(TIME, TIME, 812L), text, text, text, text), 1, undo,
				dependencies);
	}

	static MigrationReport migration(String text) {
		Execution attempt = new Execution(18, MigrationDescriptor.of("6", text, MigrationType.BEAN, text, text),
				new Execution.Status(Direction.UP, MigrationState.FAILED, Phase.EXPAND, true),
				new Execution.Timing(TIME, TIME, 812L),
				new Execution.Origin(text, Trigger.STARTUP, text, text, text, text, text),
				new ExecutionError(text, text, text));
		HistoryReport.Item item = item("6", text, MigrationState.FAILED, Undo.none(text),
				new Dependencies(List.of(REQUIRED), List.of("postgres:4")));
		return new MigrationReport("mongo", item, text, text, new MigrationReport.Checksums(text, "abc", false),
				List.of(attempt), null);
	}

	static PlanReport plan(String text) {
		PlanStep postgres = new PlanStep(StoreName.POSTGRES,
				MigrationDescriptor.of("6", text, MigrationType.SQL, null, "1"), Phase.EXPAND, Direction.UP,
				new PlannedWork(text, text, null, List.of(text), true), Undo.none(text), List.of());
		PlanStep mongo = new PlanStep(StoreName.MONGO, MigrationDescriptor.of("6", text, MigrationType.FILE, null, "2"),
				Phase.CONTRACT, Direction.UP,
				new PlannedWork(text, null, new AffectedCount(2000, true), List.of(), false), Undo.by(UndoKind.DERIVED),
				List.of(text));
		return PlanReport
			.of(new Plan(List.of(postgres, mongo),
					List.of(Problem.warning(ProblemCode.SCHEMA_AHEAD, StoreName.MONGO, text, text))))
			.withNext(text);
	}

	static JobReport job(String text) {
		return JobReport.of(text, 12, "r-1", List.of(text),
				List.of(Problem.error(ProblemCode.MIGRATION_FAILED, StoreName.MONGO, text, text)), text);
	}

}
