package io.gemforce.migrations.postgres.rehearsal;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.Undo;

final class SingleRehearsal {

	private final MigrationEntry entry;

	private final MigrationStore store;

	private final MigrationStore olderBuild;

	private final FlywayDatabase database;

	private final Supplier<MigrationRun> runs;

	private @Nullable Duration up;

	private @Nullable Duration down;

	SingleRehearsal(MigrationEntry entry, MigrationStore store, MigrationStore olderBuild, FlywayDatabase database,
			Supplier<MigrationRun> runs) {
		this.entry = entry;
		this.store = store;
		this.olderBuild = olderBuild;
		this.database = database;
		this.runs = runs;
	}

	RehearsalResult run() {
		try {
			return this.entry.isRepeatable() ? applyRepeatable() : rehearse();
		}
		catch (MigrationException ex) {
			return result(RehearsalResult.Outcome.FAILED, ex.getProblems().get(0).message());
		}
		catch (DataAccessException ex) {
			return result(RehearsalResult.Outcome.NOT_REHEARSED,
					"what is in the database could not be compared: %s".formatted(FlywayFailures.error(ex).message()));
		}
	}

	private RehearsalResult applyRepeatable() {
		this.up = migrate(begin());
		return result(RehearsalResult.Outcome.NO_DOWN, "a repeatable migration has no undo");
	}

	private RehearsalResult rehearse() {
		SchemaFingerprint before = fingerprint();
		MigrationRun run = begin();
		this.up = migrate(run);
		SchemaFingerprint after = fingerprint();
		RollbackTarget target = new RollbackTarget.OfRuns(Set.of(run.id()));
		Undo undo = this.store.planRollback(target).steps().get(0).undo();
		if (!undo.available()) {
			return result(RehearsalResult.Outcome.NO_DOWN, undo.reason());
		}
		this.down = this.store.rollback(target, begin(), PlanGuard.open(), null).duration();
		// This runs the repeatables again
		this.olderBuild.migrate(begin(), PlanGuard.open());
		List<String> left = before.differences(fingerprint());
		if (!left.isEmpty()) {
			return failed("after its undo these are not as they were before: %s", left);
		}
		this.store.perform(new Operation(Operation.Kind.RELEASE_HOLD, null, "rehearsal", false), begin());
		migrate(begin());
		List<String> different = after.differencesInShape(fingerprint());
		return different.isEmpty() ? result(RehearsalResult.Outcome.PASSED, null) : failed(
				"applied again after its undo, these are not as they were after the first time: %s", different);
	}

	private Duration migrate(MigrationRun run) {
		StoreResult result = this.store.migrate(run, PlanGuard.open());
		if (!result.executed().contains(this.entry.id())) {
			throw new MigrationException(
					Problem.error(ProblemCode.UNEXPECTED, StoreName.POSTGRES,
							"it was not applied, the store is %s".formatted(result.outcome()), ""),
					"unchanged, nothing was rehearsed", null);
		}
		return result.duration();
	}

	private MigrationRun begin() {
		return this.runs.get();
	}

	private SchemaFingerprint fingerprint() {
		return SchemaFingerprint.of(this.database.dataSource(), this.database.ownTables());
	}

	private RehearsalResult failed(String reason, List<String> differences) {
		return result(RehearsalResult.Outcome.FAILED, reason.formatted(String.join("; ", differences)));
	}

	private RehearsalResult result(RehearsalResult.Outcome outcome, @Nullable String reason) {
		return new RehearsalResult(StoreName.POSTGRES, this.entry.id(), this.entry.description(), outcome, reason,
				this.up, this.down);
	}

}
