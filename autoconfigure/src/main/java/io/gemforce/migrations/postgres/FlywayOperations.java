package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.RepairResult;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayDatabase.Tables;
import io.gemforce.migrations.postgres.history.FlywayHistory;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;
import io.gemforce.migrations.postgres.history.FlywayLock;
import io.gemforce.migrations.postgres.history.HoldRelease;
import io.gemforce.migrations.postgres.history.InterruptedScripts;
import io.gemforce.migrations.postgres.history.LogEntry;
import io.gemforce.migrations.postgres.history.LogSummary;
import io.gemforce.migrations.postgres.history.UnfinishedUndos;
import io.gemforce.migrations.postgres.undo.RollbackExecution;
import io.gemforce.migrations.postgres.undo.RollbackSelection;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreLock;

final class FlywayOperations {

	private static final String UNCHANGED = "unchanged";

	private final Flyway flyway;

	private final FlywayDatabase database;

	private final boolean rerunRepeatables;

	private final ShutdownSignal stop;

	FlywayOperations(Flyway flyway, FlywayDatabase database, boolean rerunRepeatables, ShutdownSignal stop) {
		this.flyway = flyway;
		this.database = database;
		this.rerunRepeatables = rerunRepeatables;
		this.stop = stop;
	}

	List<String> perform(Operation operation, MigrationRun run) {
		if (!this.database.isPostgres()) {
			throw refused("The database is not PostgreSQL, and has no lock and no log of this library's",
					"Use Flyway itself");
		}
		return switch (operation.kind()) {
			case REPAIR -> repair(operation, run);
			case RELEASE_LOCK -> releaseLock(operation, run);
			case RELEASE_HOLD ->
				new HoldRelease(this.flyway.getConfiguration(), this.database, run, this.rerunRepeatables, this.stop)
					.release(operation.reason());
			case MARK_ROLLED_BACK -> markRolledBack(operation, run);
			case MARK_APPLIED -> markApplied(operation, run);
		};
	}

	// Null if it is obvious what would be done
	@Nullable List<String> preview(Operation operation, Supplier<FlywayView> view) {
		return switch (operation.kind()) {
			case REPAIR -> previewRepair(view.get());
			case MARK_APPLIED, MARK_ROLLED_BACK, RELEASE_LOCK, RELEASE_HOLD -> null;
		};
	}

	private List<String> previewRepair(FlywayView view) {
		List<String> lines = new ArrayList<>(new RepairPreview(this.flyway.getConfiguration()).lines());
		view.validation()
			.entries()
			.stream()
			.filter(MigrationEntry::isUndoUnfinished)
			.forEach((entry) -> lines.add("would close the undo of %s".formatted(entry)));
		return lines.isEmpty() ? List.of("nothing to repair") : lines;
	}

	private List<String> markApplied(Operation operation, MigrationRun run) {
		Version version = Objects.requireNonNull(operation.version(), "'version' must not be null");
		try (FlywayLock lock = lock(run)) {
			if (!this.database.tables(lock.client()).history()) {
				throw refused("The schema has no history of Flyway's",
						"Use Flyway's baseline for a schema that is already there: spring.flyway.baseline-on-migrate and "
								+ "spring.flyway.baseline-version");
			}
			MigrationInfo migration = pending(version, lock);
			this.database.log().create(lock.connection());
			new InterruptedScripts(this.database).close(lock.connection());
			FlywayDatabase.inTransaction(lock.dataSource(), (client) -> {
				this.database.history().markApplied(client, migration, this.flyway.getConfiguration().getInstalledBy());
				this.database.log()
					.marked(lock.connection(), mark(LogEntry.begin(migration, true, run, Instant.now()), operation));
			});
			return List.of("recorded migration %s (%s) as applied, without running it".formatted(version,
					migration.getDescription()));
		}
	}

	private MigrationInfo pending(Version version, FlywayLock lock) {
		Configuration configuration = this.flyway.getConfiguration();
		List<MigrationInfo> unapplied = Arrays
			.stream(Flyway.configure(configuration.getClassLoader())
				.configuration(configuration)
				.dataSource(lock.dataSource())
				.load()
				.info()
				.all())
			.filter((info) -> info.getVersion() != null && (info.getState() == MigrationState.PENDING
					|| info.getState() == MigrationState.IGNORED || info.getState() == MigrationState.FAILED))
			.toList();
		MigrationInfo migration = unapplied.stream()
			.filter((info) -> version(info).equals(version))
			.findFirst()
			.orElseThrow(() -> refused("Migration %s is not pending in this build".formatted(version),
					"Look at gemforce.migrations.run=status for what is"));
		unapplied.stream().filter((info) -> version(info).compareTo(version) < 0).findFirst().ifPresent((older) -> {
			throw refused("Migration %s is pending, too, and older than %s".formatted(older.getVersion(), version),
					"Apply the older one first, or record it as applied");
		});
		return migration;
	}

	private static Version version(MigrationInfo info) {
		return Version.parse(info.getVersion().getVersion()).orElseThrow();
	}

	private static LogEntry mark(LogEntry of, Operation operation) {
		return new LogEntry(of.descriptor().as(MigrationType.MARK), of.direction(), true, of.startedAt(), of.run(),
				operation.reason());
	}

	private static LogEntry mark(MigrationDescriptor of, Direction direction, Operation operation, MigrationRun run) {
		return new LogEntry(new MigrationDescriptor(of.id(), of.version(), of.description(), MigrationType.MARK,
				operation.kind().id(), null), direction, true, Instant.now(), run, operation.reason());
	}

	// A script whose end is unknown counts as not applied from now on
	private List<String> forget(Version version, FlywayLock lock, Operation operation, MigrationRun run) {
		new InterruptedScripts(this.database).close(lock.connection());
		LogSummary summary = this.database.log()
			.summarize(lock.client())
			.values()
			.stream()
			.filter((known) -> known.isUnfinished() && version.equals(known.descriptor().version()))
			.findFirst()
			.orElseThrow(() -> notApplied(version));
		this.database.log().marked(lock.connection(), mark(summary.descriptor(), Direction.DOWN, operation, run));
		return List.of("migration %s counts as not applied and will run again, and nothing else was changed"
			.formatted(summary.id()));
	}

	private static MigrationException notApplied(Version version) {
		return refused("Migration %s is not applied".formatted(version),
				"Look at gemforce.migrations.run=status for what is");
	}

	private FlywayLock lock(MigrationRun run) {
		return FlywayLock.acquire(this.database, this.flyway.getConfiguration(), run, this.stop);
	}

	// Flyway's repair takes no lock, so it is run on a connection that holds Flyway's
	private List<String> repair(Operation operation, MigrationRun run) {
		try (FlywayLock lock = lock(run)) {
			Configuration configuration = this.flyway.getConfiguration();
			RepairResult result = Flyway.configure(configuration.getClassLoader())
				.configuration(configuration)
				.dataSource(lock.dataSource())
				.load()
				.repair();
			List<String> done = new ArrayList<>();
			result.migrationsRemoved
				.forEach((removed) -> done.add("removed the failed entry of %s".formatted(removed.description)));
			result.migrationsAligned
				.forEach((aligned) -> done.add("accepted %s as it is in this build".formatted(aligned.description)));
			result.migrationsDeleted
				.forEach((deleted) -> done.add("marked %s as deleted".formatted(deleted.description)));
			done.addAll(closeUndos(lock, operation, run));
			if (done.isEmpty()) {
				return List.of("nothing to repair");
			}
			record(lock.connection(), "repair: " + String.join(", ", done), operation, run);
			return done;
		}
	}

	// A migration that is undone in part counts as applied again
	private List<String> closeUndos(FlywayLock lock, Operation operation, MigrationRun run) {
		List<Entry> open = new UnfinishedUndos(this.database).find(lock);
		open.forEach((entry) -> this.database.log()
			.marked(lock.connection(), mark(entry.descriptor(), Direction.UP, operation, run)));
		return open.stream().map((entry) -> "closed the undo of %s".formatted(entry.description())).toList();
	}

	private List<String> markRolledBack(Operation operation, MigrationRun run) {
		Version version = Objects.requireNonNull(operation.version(), "'version' must not be null");
		try (FlywayLock lock = lock(run)) {
			Tables tables = this.database.tables(lock.client());
			FlywayHistory history = tables.history() ? this.database.history().read(lock.client())
					: FlywayHistory.of(List.of());
			RollbackSelection selection = RollbackSelection.of(version, history);
			if (selection.undone().isEmpty()) {
				if (!tables.log()) {
					throw notApplied(version);
				}
				return forget(version, lock, operation, run);
			}
			Version baseline = history.baseline();
			if (baseline != null && version.compareTo(baseline) <= 0) {
				throw refused("The history starts with the baseline %s, so migration %s cannot be taken out of it"
					.formatted(baseline, version), "Take its changes back with a new migration");
			}
			RollbackExecution execution = new RollbackExecution(lock, this.flyway.getConfiguration(), this.database,
					run, operation.reason(), this.stop);
			execution.prepare(tables);
			execution.undo(selection.steps((entry) -> null));
			return List.of("migration %s counts as rolled back, and nothing else was changed"
				.formatted(selection.undone().get(0).id()));
		}
	}

	private List<String> releaseLock(Operation operation, MigrationRun run) {
		StoreLock lock = this.database.lock();
		if (!lock.held()) {
			return List.of("the lock is free");
		}
		if (!operation.force()) {
			throw new MigrationException(Problem.error(ProblemCode.LOCK_ALIVE, StoreName.POSTGRES,
					"The lock of store 'postgres' is held by %s; PostgreSQL frees it when that connection ends"
						.formatted(lock.owner()),
					"Wait until it is done. If it hangs, end it; force=true ends its connection, which rolls back what it "
							+ "is doing"),
					UNCHANGED, null);
		}
		if (operation.holder() != null && !operation.holder().equals(lock.owner())) {
			throw new MigrationException(
					Problem.error(ProblemCode.LOCK_ALIVE, StoreName.POSTGRES,
							"The lock of store 'postgres' is no longer held by %s but by %s"
								.formatted(operation.holder(), lock.owner()),
							"Look again who holds it"),
					UNCHANGED, null);
		}
		boolean ended = this.database.endLockHolder(lock.owner());
		this.database.upgrade(this.database.dataSource());
		try (Connection connection = this.database.dataSource().getConnection()) {
			String description = "release-lock: ended the connection of %s".formatted(lock.owner());
			if (ended) {
				record(connection, description, operation, run);
			}
			return List.of(ended ? description : "the lock is free");
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not record that the lock was released", ex);
		}
	}

	private void record(Connection connection, String description, Operation operation, MigrationRun run) {
		this.database.log().create(connection);
		this.database.log()
			.marked(connection, LogEntry.mark(description, operation.kind().id(), run, operation.reason()));
	}

	private static MigrationException refused(String message, String action) {
		return new MigrationException(Problem.error(ProblemCode.INVALID_ARGUMENT, StoreName.POSTGRES, message, action),
				UNCHANGED, null);
	}

}
