package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import com.mongodb.client.MongoDatabase;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.ImportId;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.Requirement;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.StorePlan;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.Validation;

/**
 * Says what a run or a rollback would do, without doing it. Only reads.
 */
final class MongoPlanner {

	private final MongoAccess access;

	private final DiscoveredMigrations discovery;

	private final MigrationValidator validator;

	private final Requirements requirements;

	private final RollbackPlanner rollbacks;

	MongoPlanner(MongoAccess access, MigrationValidator validator, Requirements requirements) {
		this.access = access;
		this.discovery = validator.discovery();
		this.validator = validator;
		this.requirements = requirements;
		this.rollbacks = new RollbackPlanner(this.discovery);
	}

	// If exact, counts what would be touched, otherwise estimates it
	StorePlan plan(boolean exact) {
		History history = this.access.history().read();
		Validation validation = this.validator.validate(history, this.access::hold);
		boolean transactions = this.access.hasTransactions();
		MongoDatabase database = this.access.factory().getMongoDatabase();
		Optional<Hold> hold = validation.isHeld() ? this.access.hold() : Optional.empty();
		PeerHistories peers = new PeerHistories(database);
		List<PlanStep> steps = new ArrayList<>();
		for (MigrationEntry entry : validation.entries()) {
			if (entry.isPending() || entry.state() == MigrationState.HELD) {
				ResolvedMigration migration = migration(entry);
				boolean transactional = migration.isTransactional(transactions);
				PlannedWork work = peers.findExecuted(migration)
					.map((id) -> imported(id, transactional))
					.orElseGet(() -> migration.action().plan(database, exact, transactional));
				steps.add(new PlanStep(StoreName.MONGO, migration.descriptor(), Phase.EXPAND, Direction.UP, work,
						entry.undo(), heldBack(entry, migration, hold)));
			}
		}
		return new StorePlan(steps, validation);
	}

	private static PlannedWork imported(ImportId id, boolean transactional) {
		return PlannedWork.summarized("is recorded as applied and not run: %s was executed".formatted(id),
				transactional);
	}

	private ResolvedMigration migration(MigrationEntry entry) {
		return Objects.requireNonNull(this.discovery.find(Objects.requireNonNull(entry.version())));
	}

	private List<String> heldBack(MigrationEntry entry, ResolvedMigration migration, Optional<Hold> hold) {
		List<String> reasons = new ArrayList<>();
		if (entry.state() == MigrationState.HELD) {
			hold.ifPresent((found) -> reasons.add(found.describe()));
		}
		migration.requires()
			.stream()
			.filter((requirement) -> entry.dependencies().blockedBy().contains(requirement.toString())
					&& !isPlanned(requirement))
			.forEach((requirement) -> reasons.add("requires %s, which is not applied".formatted(requirement)));
		return reasons;
	}

	private boolean isPlanned(Requirement requirement) {
		return requirement.store() != StoreName.MONGO
				&& this.requirements.check(requirement) == Requirements.Status.PENDING;
	}

	StoreRollback planRollback(RollbackTarget target) {
		History history = this.access.history().read();
		List<PlanStep> steps = this.rollbacks.select(target, history).stream().map(this::undoStep).toList();
		return new StoreRollback(StoreName.MONGO, steps, this.rollbacks.versionAfter(target, history),
				applicationVersion(this.rollbacks.staying(target, history)));
	}

	private PlanStep undoStep(VersionHistory past) {
		ResolvedMigration migration = this.rollbacks.find(past);
		if (migration == null) {
			return undoStep(past.newest().descriptor(), PlannedWork.summarized("cannot be undone by this build", null),
					Undo.none(this.discovery.whyLeftOut(past.version())
						.map((reason) -> "it is left out here: %s; roll back where its condition is met"
							.formatted(reason))
						.orElse("it is not in this build: roll back with the build that has it")));
		}
		return undoStep(migration.descriptor(), PlannedWork.summarized(migration.action().undoSummary(),
				migration.isTransactional(this.access.hasTransactions())), undo(migration, past));
	}

	private static PlanStep undoStep(MigrationDescriptor descriptor, PlannedWork work, Undo undo) {
		return new PlanStep(StoreName.MONGO, descriptor, Phase.EXPAND, Direction.DOWN, work, undo, List.of());
	}

	private Undo undo(ResolvedMigration migration, VersionHistory past) {
		if (past.state() == MigrationState.BASELINE) {
			return Undo.none("the history begins with it");
		}
		HistoryRow unfinished = past.unfinished();
		if (unfinished != null && migration.onInterrupted(unfinished.transactional(),
				this.access.hasTransactions()) == OnInterrupted.STOP) {
			return Undo
				.none("its last undo may be done in part, and it does not say that it can be repeated; finish it "
						+ "by hand and record it with gemforce.migrations.run=mark-rolled-back");
		}
		return migration.action()
			.undo(this.access.preimages(this.access.factory()), migration.version(),
					Objects.requireNonNull(past.appliedCycle()));
	}

	private @Nullable String applicationVersion(List<VersionHistory> staying) {
		if (staying.isEmpty()) {
			return null;
		}
		long rank = Objects.requireNonNull(staying.get(0).application()).rank();
		return this.access.history()
			.executions(List.of(rank))
			.stream()
			.findFirst()
			.map((execution) -> execution.origin().applicationVersion())
			.orElse(null);
	}

}
