package io.gemforce.migrations.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.report.ProblemReport;
import io.gemforce.migrations.report.TextReports;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StorePlan;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.UndoProblems;
import io.gemforce.migrations.store.Validation;

/**
 * Checks whether an operation may be done to a store as it is now. Only reads.
 */
final class OperationPlanner {

	private final Migrations migrations;

	OperationPlanner(Migrations migrations) {
		this.migrations = migrations;
	}

	PlannedOperation plan(EndpointOperation operation, StoreName store, @Nullable String id, OperationRequest request) {
		if (operation.isOfMigration() != (id != null)) {
			throw RefusedException.badParameter("action", operation.id(),
					operation.isOfMigration() ? "Send it to /%s/{id}: it is done to a migration".formatted(store)
							: "Send it to /%s: it is done to the store".formatted(store));
		}
		boolean dryRun = request.isDryRun(operation);
		return switch (operation) {
			case VALIDATE -> validate(store);
			case MIGRATE -> migrate(store, request, dryRun);
			case RETRY -> retry(store, version(store, id), request, dryRun);
			case ROLLBACK -> rollback(store, version(store, id), request, dryRun);
			case REPAIR -> repair(store, request, dryRun);
			case MARK_APPLIED -> mark(Operation.Kind.MARK_APPLIED, store, version(store, id), request, dryRun);
			case MARK_ROLLED_BACK -> mark(Operation.Kind.MARK_ROLLED_BACK, store, version(store, id), request, dryRun);
			case RELEASE_LOCK -> releaseLock(store, request, dryRun);
			case RELEASE_HOLD -> releaseHold(store, request, dryRun);
		};
	}

	private static Version version(StoreName store, @Nullable String id) {
		return Version.parse(Objects.requireNonNull(id))
			.orElseThrow(() -> MigrationDescriptor.isRepeatable(id)
					? RefusedException.badParameter("id", id, "Name a migration that has a version")
					: RefusedException.unknownMigration(store, id));
	}

	private static MigrationEntry find(StoreName store, Version version, Validation validation) {
		return validation.entries()
			.stream()
			.filter((entry) -> version.equals(entry.version()))
			.findFirst()
			.orElseThrow(() -> RefusedException.unknownMigration(store, version.toString()));
	}

	private PlannedOperation validate(StoreName store) {
		this.migrations.forgetSnapshot(store);
		Validation validation = this.migrations.validate(store);
		List<MigrationEntry> pending = validation.pending();
		List<String> said = pending.isEmpty() ? List.of("nothing pending")
				: pending.stream().map((entry) -> "pending: " + entry).toList();
		return new PlannedOperation(null, said, ProblemReport.of(validation.problems()), null);
	}

	private PlannedOperation migrate(StoreName store, OperationRequest request, boolean dryRun) {
		StorePlan planned = this.migrations.plan(store);
		Plan plan = Plan.of(List.of(planned));
		if (dryRun) {
			return PlannedOperation.showing(PlanReport.of(plan));
		}
		String planHash = request.planHash();
		if (planHash == null || planHash.isBlank()) {
			throw RefusedException.badRequest("PLAN_HASH_REQUIRED", "'planHash' is missing",
					"GET /%s?view=plan of this endpoint, and send the planHash that you have seen there"
						.formatted(store),
					store);
		}
		requireRunnable(planned.validation(), store);
		PlanGuard.requireUnchanged(plan, planHash);
		return PlannedOperation.of((run) -> done(this.migrations.migrate(run, List.of(store), planHash)));
	}

	private static List<String> done(RunOutcome outcome) {
		if (outcome.failure() != null) {
			throw outcome.failure();
		}
		return outcome.results().stream().map(TextReports::describe).toList();
	}

	private static void requireRunnable(Validation validation, StoreName store) {
		if (!validation.errors().isEmpty()) {
			throw new MigrationException(validation.errors(), "unchanged", null);
		}
		if (validation.isAhead()) {
			throw new MigrationException(Problem.error(ProblemCode.SCHEMA_AHEAD, store,
					"Store '%s' has migrations that are newer than this build".formatted(store),
					"Migrate with the newer build"), "unchanged", null);
		}
	}

	private PlannedOperation retry(StoreName store, Version version, OperationRequest request, boolean dryRun) {
		Validation validation = this.migrations.validate(store);
		MigrationEntry entry = find(store, version, validation);
		if (!OperationRules.canBeRetried(entry)) {
			throw RefusedException.conflict("NOT_FAILED",
					"Migration %s of store '%s' is %s".formatted(entry, store, entry.state()),
					entry.isUndoUnfinished() ? "Its undo failed: roll it back again"
							: "Only a migration of this build that failed or was interrupted can be applied again",
					store);
		}
		boolean stops = validation.errors().stream().anyMatch((problem) -> problem.code() == ProblemCode.INTERRUPTED);
		requireRunnable(withoutInterrupted(validation), store);
		if (dryRun) {
			return PlannedOperation.saying(List.of("would apply migration %s again".formatted(entry)));
		}
		if (stops || !isRolledBack(store, entry)) {
			request.requireConfirmation(entry.id(), store);
		}
		return PlannedOperation.of((run) -> {
			List<String> done = new ArrayList<>();
			if (stops) {
				// A migration that is recorded as rolled back is pending again
				done.addAll(this.migrations.perform(run, store,
						new Operation(Operation.Kind.MARK_ROLLED_BACK, version, request.reason(), false)));
			}
			done.addAll(done(this.migrations.migrate(run, List.of(store), null)));
			return done;
		});
	}

	private static Validation withoutInterrupted(Validation validation) {
		return new Validation(validation.entries(),
				validation.problems().stream().filter((problem) -> problem.code() != ProblemCode.INTERRUPTED).toList());
	}

	private boolean isRolledBack(StoreName store, MigrationEntry entry) {
		return this.migrations.executions(store, List.of(entry))
			.stream()
			.reduce((first, second) -> second)
			.map((newest) -> Boolean.TRUE.equals(newest.status().transactional()))
			.orElse(false);
	}

	private PlannedOperation rollback(StoreName store, Version version, OperationRequest request, boolean dryRun) {
		Validation validation = this.migrations.validate(store);
		MigrationEntry entry = find(store, version, validation);
		OperationRules rules = new OperationRules(store, validation.entries());
		List<Version> applied = rules.applied();
		if (!rules.canBeRolledBack(entry)) {
			throw RefusedException.conflict("NOT_NEWEST",
					"Migration %s of store '%s' is %s, and not the newest one that is applied".formatted(entry, store,
							entry.state()),
					applied.isEmpty() ? "Nothing is to be undone"
							: "Roll back %s before".formatted(applied.get(applied.size() - 1)),
					store);
		}
		RollbackTarget target = new RollbackTarget.ToVersion(store,
				applied.stream()
					.filter((other) -> other.compareTo(version) < 0)
					.reduce((first, second) -> second)
					.orElse(Version.ZERO));
		List<StoreRollback> rollbacks = this.migrations.planRollback(target);
		Plan plan = StoreRollback.plan(rollbacks);
		if (dryRun) {
			return PlannedOperation.showing(PlanReport.of(rollbacks));
		}
		request.requireConfirmation(entry.id(), store);
		String planHash = request.planHash();
		if (planHash != null) {
			PlanGuard.requireUnchanged(plan, planHash);
		}
		plan.steps().stream().filter((step) -> !step.undo().available()).findFirst().ifPresent((step) -> {
			throw noUndo(store, step);
		});
		return PlannedOperation.of((run) -> done(this.migrations.rollback(run, target, plan.hash(), request.reason())));
	}

	private static MigrationException noUndo(StoreName store, PlanStep step) {
		return new MigrationException(UndoProblems.cannotBeUndone(store, step.descriptor(), step.undo().reason()),
				UndoProblems.NOTHING_UNDONE, null);
	}

	private PlannedOperation repair(StoreName store, OperationRequest request, boolean dryRun) {
		if (dryRun) {
			List<String> preview = this.migrations.preview(store,
					new Operation(Operation.Kind.REPAIR, null, request.reason(), false));
			return PlannedOperation.saying((preview != null) ? preview : repairs(this.migrations.validate(store)));
		}
		request.requireConfirmation(store.id(), store);
		return perform(Operation.Kind.REPAIR, store, null, request);
	}

	private static List<String> repairs(Validation validation) {
		List<String> repairs = new ArrayList<>();
		for (MigrationEntry entry : validation.entries()) {
			String now = entry.descriptor().checksum();
			String before = entry.recorded().checksum();
			if (entry.inBuild() && entry.state().isApplied() && now != null && before != null && !now.equals(before)) {
				repairs.add("would accept checksum '%s' of migration %s, which was '%s'".formatted(now, entry, before));
			}
			else if (entry.state() == MigrationState.RUNNING || entry.state() == MigrationState.FAILED) {
				repairs.add("would put in order what the history has of migration %s, which is %s".formatted(entry,
						entry.state()));
			}
		}
		return repairs.isEmpty() ? List.of("nothing to repair") : repairs;
	}

	private PlannedOperation mark(Operation.Kind kind, StoreName store, Version version, OperationRequest request,
			boolean dryRun) {
		MigrationEntry entry = find(store, version, this.migrations.validate(store));
		if (dryRun) {
			return PlannedOperation.saying(List.of("would record migration %s, which is %s, as %s".formatted(entry,
					entry.state(), (kind == Operation.Kind.MARK_APPLIED) ? "applied" : "rolled back")));
		}
		request.requireConfirmation(entry.id(), store);
		request.requireReason(store);
		return perform(kind, store, version, request);
	}

	private PlannedOperation releaseLock(StoreName store, OperationRequest request, boolean dryRun) {
		StoreLock lock = this.migrations.lock(store);
		if (!lock.held() || lock.owner() == null) {
			return PlannedOperation.saying(List.of("the lock is free"));
		}
		if (dryRun) {
			return PlannedOperation.saying(List.of("would take the lock from %s, which is %s".formatted(lock.owner(),
					lock.alive() ? "alive" : "gone")));
		}
		request.requireConfirmation(lock.owner(), store);
		if (lock.alive() && !request.isForced()) {
			throw RefusedException.lockAlive(store, lock);
		}
		return perform(Operation.Kind.RELEASE_LOCK, store, null, request, lock.owner());
	}

	private PlannedOperation releaseHold(StoreName store, OperationRequest request, boolean dryRun) {
		Optional<Hold> hold = this.migrations.hold(store);
		if (hold.isEmpty()) {
			return PlannedOperation.saying(List.of("there is no hold"));
		}
		if (dryRun) {
			return PlannedOperation
				.saying(List.of("would release the hold; the store is %s".formatted(hold.get().describe())));
		}
		request.requireConfirmation(hold.get().version().toString(), store);
		return perform(Operation.Kind.RELEASE_HOLD, store, null, request);
	}

	private PlannedOperation perform(Operation.Kind kind, StoreName store, @Nullable Version version,
			OperationRequest request) {
		return perform(kind, store, version, request, null);
	}

	private PlannedOperation perform(Operation.Kind kind, StoreName store, @Nullable Version version,
			OperationRequest request, @Nullable String holder) {
		Operation operation = new Operation(kind, version, request.reason(), request.isForced(), holder);
		return PlannedOperation.of((MigrationRun run) -> this.migrations.perform(run, store, operation));
	}

}
