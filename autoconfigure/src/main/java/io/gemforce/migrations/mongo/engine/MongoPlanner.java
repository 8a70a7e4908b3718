package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import com.mongodb.client.MongoDatabase;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.discovery.ActionPlan;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.ImportId;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.Requirement;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.RollbackTarget;
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

	MongoPlanner(MongoAccess access, DiscoveredMigrations discovery, MigrationValidator validator,
			Requirements requirements) {
		this.access = access;
		this.discovery = discovery;
		this.validator = validator;
		this.requirements = requirements;
		this.rollbacks = new RollbackPlanner(discovery);
	}

	// If exact, counts what would be touched, otherwise estimates it
	List<PlanStep> plan(boolean exact) {
		History history = this.access.history().read();
		Validation validation = this.validator.validate(this.discovery, history, this.access::hold);
		boolean transactions = this.access.hasTransactions();
		MongoDatabase database = this.access.factory().getMongoDatabase();
		Optional<Hold> hold = validation.entries().stream().anyMatch((entry) -> entry.state() == MigrationState.HELD)
				? this.access.hold() : Optional.empty();
		PeerHistories peers = new PeerHistories(database);
		List<PlanStep> steps = new ArrayList<>();
		for (MigrationEntry entry : validation.entries()) {
			if (entry.isPending() || entry.state() == MigrationState.HELD) {
				ResolvedMigration migration = migration(entry);
				ActionPlan plan = peers.findExecuted(migration)
					.map(MongoPlanner::imported)
					.orElseGet(() -> migration.action().plan(database, exact));
				steps.add(new PlanStep(StoreName.MONGO, entry.id(), entry.description(), migration.type(), Phase.EXPAND,
						Direction.UP, plan.summary(), plan.script(), plan.touches(), plan.locks(),
						migration.isTransactional(transactions), entry.undo(), heldBack(entry, migration, hold),
						migration.checksum()));
			}
		}
		return steps;
	}

	private static ActionPlan imported(ImportId id) {
		return new ActionPlan("is recorded as applied and not run: %s was executed".formatted(id), null, null,
				List.of());
	}

	private ResolvedMigration migration(MigrationEntry entry) {
		return Objects.requireNonNull(this.discovery.find(Version.parse(entry.id()).orElseThrow()));
	}

	private List<String> heldBack(MigrationEntry entry, ResolvedMigration migration, Optional<Hold> hold) {
		List<String> reasons = new ArrayList<>();
		if (entry.state() == MigrationState.HELD) {
			hold.ifPresent((found) -> reasons.add(found.describe()));
		}
		migration.requires()
			.stream()
			.filter((requirement) -> entry.blockedBy().contains(requirement.toString()) && !isPlanned(requirement))
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
		HistoryRow row = past.newest();
		if (migration == null) {
			return new PlanStep(StoreName.MONGO, past.version().toString(), row.description(), row.type(), Phase.EXPAND,
					Direction.DOWN, "cannot be undone by this build", null, null, List.of(), null,
					Undo.none("it is not in this build: roll back with the build that has it"), List.of(),
					row.checksum());
		}
		return new PlanStep(StoreName.MONGO, past.version().toString(), migration.description(), migration.type(),
				Phase.EXPAND, Direction.DOWN, migration.action().undoSummary(), null, null, List.of(),
				migration.isTransactional(this.access.hasTransactions()), undo(migration, past), List.of(),
				migration.checksum());
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
			.map((execution) -> execution.applicationVersion())
			.orElse(null);
	}

}
