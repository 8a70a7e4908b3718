package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import com.mongodb.MongoException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mongodb.MongoDatabaseFactory;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.rehearsal.DatabaseFingerprint;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.Undo;

/**
 * The database of a rehearsal. A store with lock and history applies, undoes and applies
 * each migration again, and the database is compared before, between and after. What can
 * be repeated is applied twice in a row each time.
 */
final class RehearsalStage {

	private static final Log logger = LogFactory.getLog(RehearsalStage.class);

	private final MongoDatabaseFactory factory;

	private final List<ResolvedMigration> applied;

	private final boolean everything;

	private final Set<String> ours;

	private final Stores stores;

	// With everything set, migrations that inject other beans are run, too
	RehearsalStage(MongoDatabaseFactory factory, List<ResolvedMigration> applied, boolean everything, Set<String> ours,
			Stores stores) {
		this.factory = factory;
		this.applied = new ArrayList<>(applied);
		this.everything = everything;
		this.ours = ours;
		this.stores = stores;
	}

	/**
	 * Apply on the empty database what is applied in the original. What cannot run here,
	 * or not without data, is only marked: its effects come with the copy.
	 */
	void replay() {
		MongoMigrationStore store = store();
		this.applied.stream()
			.filter((migration) -> !canBeRun(migration))
			.forEach((migration) -> mark(store, migration.version()));
		boolean complete = this.applied.isEmpty();
		while (!complete) {
			try {
				store.migrate(this.stores.beginRun(), PlanGuard.open());
				complete = true;
			}
			catch (MigrationException ex) {
				Version version = firstPending(store);
				if (version == null) {
					throw ex;
				}
				logger.info("Migration %s of store 'mongo' does not run without data; its copy is used: %s"
					.formatted(version, ex.getMessage()));
				mark(store, version);
			}
		}
	}

	private static @Nullable Version firstPending(MongoMigrationStore store) {
		return store.validate()
			.entries()
			.stream()
			.filter((entry) -> entry.inBuild() && entry.state().isPending())
			.findFirst()
			.map(MigrationEntry::version)
			.orElse(null);
	}

	private void mark(MongoMigrationStore store, Version version) {
		store.perform(new Operation(Operation.Kind.MARK_APPLIED, version, "copied for a rehearsal", false),
				this.stores.beginRun());
	}

	private boolean canBeRun(ResolvedMigration migration) {
		return this.everything || migration.action().reachesBeyond().isEmpty();
	}

	private MongoMigrationStore store() {
		return this.stores.create(this.factory, new DiscoveredMigrations(this.applied, List.of()));
	}

	// After a failure no further one is rehearsed
	List<RehearsalResult> rehearse(List<ResolvedMigration> pending, RehearsalScope.Seed seed) {
		List<RehearsalResult> results = new ArrayList<>();
		Optional<RehearsalResult> failure = Optional.empty();
		for (ResolvedMigration migration : pending) {
			RehearsalResult result;
			if (failure.isPresent()) {
				result = notRehearsed(migration, "migration %s failed before".formatted(failure.get().id()));
			}
			else if (!canBeRun(migration)) {
				result = notRehearsed(migration, migration.action().reachesBeyond().orElseThrow());
			}
			else {
				seed.before(StoreName.MONGO, migration.id());
				result = new Performance(migration).run();
			}
			failure = failure
				.or(() -> Optional.of(result).filter((found) -> found.outcome() == RehearsalResult.Outcome.FAILED));
			results.add(result);
		}
		return results;
	}

	private static RehearsalResult notRehearsed(ResolvedMigration migration, String reason) {
		return new RehearsalResult(StoreName.MONGO, migration.id(), migration.description(),
				RehearsalResult.Outcome.NOT_REHEARSED, reason, null, null);
	}

	interface Stores {

		// Requires nothing of other stores
		MongoMigrationStore create(MongoDatabaseFactory factory, DiscoveredMigrations migrations);

		MigrationRun beginRun();

	}

	private final class Performance {

		private final ResolvedMigration migration;

		private @Nullable Duration up;

		private @Nullable Duration down;

		private Performance(ResolvedMigration migration) {
			this.migration = migration;
		}

		private RehearsalResult run() {
			RehearsalStage.this.applied.add(this.migration.repeatedly());
			MongoMigrationStore store = store();
			try {
				DatabaseFingerprint before = fingerprint();
				MigrationRun run = RehearsalStage.this.stores.beginRun();
				this.up = store.migrate(run, PlanGuard.open()).duration();
				DatabaseFingerprint after = fingerprint();
				RollbackTarget target = new RollbackTarget.OfRuns(Set.of(run.id()));
				Undo undo = store.planRollback(target).steps().get(0).undo();
				if (!undo.available()) {
					return result(RehearsalResult.Outcome.NO_DOWN, undo.reason());
				}
				StoreResult undone = store.rollback(target, RehearsalStage.this.stores.beginRun(), PlanGuard.open(),
						null);
				this.down = undone.duration();
				List<String> left = new ArrayList<>(before.differences(fingerprint()));
				undone.notes().forEach((note) -> left.add(note.message()));
				if (!left.isEmpty()) {
					return failed("after its undo these are not as they were before: %s", left);
				}
				applyAgain(store);
				List<String> different = after.differences(fingerprint());
				return different.isEmpty() ? result(RehearsalResult.Outcome.PASSED, null) : failed(
						"applied again after its undo, these are not as they were after the first time: %s", different);
			}
			catch (MigrationException ex) {
				return result(RehearsalResult.Outcome.FAILED, ex.getProblems().get(0).message());
			}
			catch (MongoException ex) {
				return result(RehearsalResult.Outcome.FAILED, String.valueOf(ex.getMessage()));
			}
		}

		private void applyAgain(MongoMigrationStore store) {
			store.perform(new Operation(Operation.Kind.RELEASE_HOLD, null, "rehearsal", false),
					RehearsalStage.this.stores.beginRun());
			store.migrate(RehearsalStage.this.stores.beginRun(), PlanGuard.open());
		}

		private DatabaseFingerprint fingerprint() {
			return DatabaseFingerprint.of(RehearsalStage.this.factory.getMongoDatabase(), RehearsalStage.this.ours);
		}

		private RehearsalResult failed(String reason, List<String> differences) {
			return result(RehearsalResult.Outcome.FAILED, reason.formatted(String.join("; ", differences)));
		}

		private RehearsalResult result(RehearsalResult.Outcome outcome, @Nullable String reason) {
			return new RehearsalResult(StoreName.MONGO, this.migration.id(), this.migration.description(), outcome,
					reason, this.up, this.down);
		}

	}

}
