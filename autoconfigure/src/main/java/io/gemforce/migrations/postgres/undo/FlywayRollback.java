package io.gemforce.migrations.postgres.undo;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayDatabase.Tables;
import io.gemforce.migrations.postgres.history.FlywayHistory;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;
import io.gemforce.migrations.postgres.history.FlywayLock;
import io.gemforce.migrations.postgres.history.MigrationLog.AppliedBy;
import io.gemforce.migrations.postgres.sql.ScriptReader;
import io.gemforce.migrations.postgres.sql.ScriptReader.ReadScript;
import io.gemforce.migrations.postgres.sql.StatementLocks;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.UndoProblems;

/**
 * Undoes what was executed last, one migration after the other, each with its own
 * {@link UndoExecutor}. Flyway's lock is held from the first look to the last entry, so
 * that no other instance migrates in between.
 */
public final class FlywayRollback {

	private final Configuration configuration;

	private final FlywayDatabase database;

	private final UndoScripts scripts;

	private final boolean rerunRepeatables;

	private final ShutdownSignal stop;

	public FlywayRollback(Configuration configuration, FlywayDatabase database, UndoScripts scripts,
			boolean rerunRepeatables, ShutdownSignal stop) {
		this.configuration = configuration;
		this.database = database;
		this.scripts = scripts;
		this.rerunRepeatables = rerunRepeatables;
		this.stop = stop;
	}

	/**
	 * Only reads.
	 */
	public StoreRollback plan(RollbackTarget target) {
		requirePostgres();
		JdbcClient client = this.database.client();
		Tables tables = this.database.tables(client);
		FlywayHistory history = history(tables, client);
		Map<String, AppliedBy> appliedBy = appliedBy(tables, client);
		RollbackSelection selection = RollbackSelection.of(target, history, appliedBy);
		Map<String, ReadScript> read = new ScriptReader(this.configuration).read(selection.undone()
			.stream()
			.flatMap((entry) -> script(entry, history).stream())
			.distinct()
			.collect(Collectors.toMap(UndoScript::script, UndoScript::settingsProvider)));
		List<PlanStep> steps = selection.undone().stream().map((entry) -> step(entry, history, read)).toList();
		return new StoreRollback(StoreName.POSTGRES, steps, selection.version(),
				applicationVersion(selection.staying(), appliedBy));
	}

	private FlywayHistory history(Tables tables, JdbcClient client) {
		return tables.history() ? this.database.history().read(client) : FlywayHistory.of(List.of());
	}

	private Map<String, AppliedBy> appliedBy(Tables tables, JdbcClient client) {
		return tables.log() ? this.database.log().appliedBy(client) : Map.of();
	}

	// Other databases have no transactional DDL, and neither a lock nor a log of ours
	private void requirePostgres() {
		if (!this.database.isPostgres()) {
			throw new MigrationException(Problem.error(ProblemCode.NO_DOWN, StoreName.POSTGRES,
					"Migrations of store 'postgres' can be undone on PostgreSQL only, and its database is another one",
					"Take back what they did by a new migration"), UndoProblems.NOTHING_UNDONE, null);
		}
	}

	private static @Nullable String applicationVersion(List<Entry> staying, Map<String, AppliedBy> appliedBy) {
		return staying.isEmpty() ? null
				: Optional.ofNullable(appliedBy.get(staying.get(staying.size() - 1).id()))
					.map(AppliedBy::applicationVersion)
					.orElse(null);
	}

	private Undo undo(Entry entry, FlywayHistory history) {
		return this.scripts.undo(entry.descriptor(), history.baseline());
	}

	private Optional<UndoScript> script(Entry entry, FlywayHistory history) {
		return undo(entry, history).available() ? this.scripts.find(entry.version()) : Optional.empty();
	}

	private PlanStep step(Entry entry, FlywayHistory history, Map<String, ReadScript> read) {
		UndoScript script = script(entry, history).orElse(null);
		ReadScript text = (script != null) ? read.get(script.name()) : null;
		MigrationDescriptor descriptor = entry.descriptor()
			.withChecksum((script != null) ? String.valueOf(script.checksum()) : null);
		String summary = "Undo %s%s".formatted(descriptor.script(), (script != null) ? " by " + script.name() : "");
		PlannedWork work = (text != null) ? new PlannedWork(summary, text.text(), null,
				StatementLocks.of(text.statements()), text.transactional()) : PlannedWork.summarized(summary, null);
		return new PlanStep(StoreName.POSTGRES, descriptor, Phase.EXPAND, Direction.DOWN, work, undo(entry, history),
				List.of());
	}

	/**
	 * The guard is asked under the lock before each migration.
	 */
	public RolledBack execute(RollbackTarget target, MigrationRun run, PlanGuard guard, @Nullable String reason) {
		requirePostgres();
		try (FlywayLock lock = FlywayLock.acquire(this.database, this.configuration, run, this.stop)) {
			JdbcClient client = lock.client();
			Tables tables = lock.tables();
			FlywayHistory history = history(tables, client);
			RollbackSelection selection = RollbackSelection.of(target, history,
					(target instanceof RollbackTarget.OfRuns) ? appliedBy(tables, client) : Map.of());
			RolledBack done = RolledBack.of(selection);
			if (!selection.undone().isEmpty()) {
				selection.undone()
					.forEach((entry) -> guard.check(StoreName.POSTGRES, entry.id(), Direction.DOWN,
							() -> UndoProblems.NOTHING_UNDONE));
				List<UndoStep> steps = steps(selection, history);
				RollbackExecution execution = new RollbackExecution(lock, this.configuration, this.database, run,
						reason, this.stop);
				execution.prepare(tables);
				execution.hold(selection.holdAt(), tables);
				execution.rerun(this.rerunRepeatables ? history.repeatables() : List.of());
				execution.undo(steps);
			}
			return done;
		}
	}

	private List<UndoStep> steps(RollbackSelection selection, FlywayHistory history) {
		List<Problem> problems = selection.undone()
			.stream()
			.filter((entry) -> !undo(entry, history).available())
			.map((entry) -> UndoProblems.cannotBeUndone(StoreName.POSTGRES, entry.descriptor(),
					undo(entry, history).reason()))
			.toList();
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, UndoProblems.NOTHING_UNDONE, null);
		}
		return selection.steps((entry) -> script(entry, history).orElse(null));
	}

	/**
	 * The versions before and after, {@code null} for none, and the undone ids in order.
	 */
	public record RolledBack(@Nullable String from, @Nullable String to, List<String> undone) {

		static RolledBack of(RollbackSelection selection) {
			return new RolledBack(newest(Stream.concat(selection.undone().stream(), selection.staying().stream())),
					newest(selection.staying().stream()), selection.undone().stream().map(Entry::id).toList());
		}

		private static @Nullable String newest(Stream<Entry> entries) {
			return entries.flatMap(Entry::versions).max(Comparator.naturalOrder()).map(Version::toString).orElse(null);
		}

	}

}
