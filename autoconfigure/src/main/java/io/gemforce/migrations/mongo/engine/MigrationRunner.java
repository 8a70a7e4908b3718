package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.util.function.SingletonSupplier;

import io.gemforce.migrations.MigrationEntry;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StopSignal;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Validation;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.Mark;
import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.lock.LockLostException;

/**
 * One run of MongoDB migrations, after the model-checked protocol:
 * <ol>
 * <li>Read the history and validate. Nothing pending and no open row: done. This is all
 * that happens when there is nothing to do.</li>
 * <li>Acquire the lock. Whoever had to wait for it looks at the history again
 * before.</li>
 * <li>After a takeover: wait for what may be on its way, end the former holder's session,
 * mark the takeover in the history, close what was left open.</li>
 * <li>Read the history again. A fence higher than one's own: the lock is lost. Validate
 * and plan again.</li>
 * <li>For each pending migration: open a row at the next rank, execute, close the row. If
 * somebody else has the rank, read the history again.</li>
 * <li>Release the lock, unless a command may still be executed.</li>
 * </ol>
 */
final class MigrationRunner {

	private static final Log logger = LogFactory.getLog(MigrationRunner.class);

	/**
	 * How many versions a message lists. It is made before each migration, so it must not
	 * grow with them.
	 */
	private static final int MAX_LISTED = 10;

	private final MongoAccess access;

	private final MigrationLocker locker;

	private final Discovery discovery;

	private final MigrationValidator validator;

	private final MigrationTemplates templates;

	private final StopSignal stop;

	private final LongSupplier nanoTime;

	private final Supplier<Duration> transactionLifetime;

	private final List<String> applied = new ArrayList<>();

	MigrationRunner(MongoAccess access, MigrationLocker locker, Discovery discovery, MigrationValidator validator,
			MigrationTemplates templates, StopSignal stop, LongSupplier nanoTime) {
		this.access = access;
		this.locker = locker;
		this.discovery = discovery;
		this.validator = validator;
		this.templates = templates;
		this.stop = stop;
		this.nanoTime = nanoTime;
		this.transactionLifetime = SingletonSupplier.of(access::transactionLifetime);
	}

	/**
	 * Return what this run has applied.
	 * @return the versions, in order
	 */
	List<String> applied() {
		return List.copyOf(this.applied);
	}

	/**
	 * Return the state that the database is in, as far as this run is concerned.
	 * @return the state, for a message
	 */
	String databaseState() {
		int count = this.applied.size();
		if (count > MAX_LISTED) {
			return "this run has applied %d migrations, the last one is %s".formatted(count,
					this.applied.get(count - 1));
		}
		return (count > 0) ? "this run has applied " + String.join(", ", this.applied) : "unchanged by this run";
	}

	/**
	 * Run.
	 * @param run the run
	 * @param lockWaitTimeout how long to wait for the lock
	 * @return what was found at the beginning
	 */
	Validation run(MigrationRun run, Duration lockWaitTimeout) {
		History history = this.access.history().read();
		Validation validation = this.validator.validate(this.discovery, history);
		validation.problems()
			.stream()
			.filter((problem) -> !problem.isError())
			.forEach((problem) -> logger
				.warn("%s: %s. %s".formatted(problem.code(), problem.message(), problem.action())));
		stopOnErrors(validation);
		if (!isDone(history, validation)) {
			try (LockedHistory locked = this.locker.acquire(run, lockWaitTimeout, this::isNeeded).orElse(null)) {
				if (locked != null) {
					runUnderLock(locked);
				}
			}
			catch (LockLostException ex) {
				throw new MigrationException(MongoProblems.lockLost(ex), databaseState(), ex);
			}
		}
		return validation;
	}

	private boolean isNeeded(MigrationHistory source) {
		History history = source.read();
		return !isDone(history, this.validator.validate(this.discovery, history));
	}

	private boolean isDone(History history, Validation validation) {
		return validation.pending().isEmpty() && !history.hasOpenRows() && !this.validator.isBaselineMissing(history);
	}

	private void stopOnErrors(Validation validation) {
		if (!validation.errors().isEmpty()) {
			throw new MigrationException(validation.errors(), databaseState(), null);
		}
	}

	private void runUnderLock(LockedHistory locked) {
		MigrationExecutor executor = new MigrationExecutor(locked, this.templates, this.transactionLifetime,
				this.nanoTime);
		boolean complete = false;
		while (!complete) {
			History history = locked.read();
			if (this.validator.isBaselineMissing(history)) {
				locked.record(new Mark(MigrationType.BASELINE, MigrationState.APPLIED, this.validator.baseline(),
						"baseline", null, null, null, "gemforce.migrations.mongo.baseline-version"));
				continue;
			}
			Validation validation = this.validator.validate(this.discovery, history);
			stopOnErrors(validation);
			complete = execute(pending(validation), history.nextRank(), locked, executor);
		}
	}

	private List<BeanMigration> pending(Validation validation) {
		Map<Version, BeanMigration> byVersion = this.discovery.byVersion();
		return validation.pending()
			.stream()
			.map(MigrationEntry::version)
			.flatMap((version) -> Version.parse(Objects.requireNonNull(version)).stream())
			.map(byVersion::get)
			.filter(Objects::nonNull)
			.toList();
	}

	private boolean execute(List<BeanMigration> pending, long firstRank, LockedHistory locked,
			MigrationExecutor executor) {
		boolean transactions = this.access.hasTransactions();
		requireTransactions(pending, transactions);
		long rank = firstRank;
		for (BeanMigration migration : pending) {
			this.stop.check(StoreName.MONGO, databaseState());
			if (isImported(migration, locked)) {
				return false;
			}
			if (!executor.execute(migration, rank, transactions && migration.transaction() != TransactionMode.NEVER)) {
				return false;
			}
			this.applied.add(migration.version().toString());
			rank++;
		}
		return true;
	}

	private boolean isImported(BeanMigration migration, LockedHistory locked) {
		if (migration.imports().isEmpty()) {
			return false;
		}
		Optional<ImportId> executed = new PeerHistories(this.access.factory().getMongoDatabase())
			.findExecuted(migration);
		executed.ifPresent((id) -> {
			locked.record(new Mark(MigrationType.IMPORT, MigrationState.APPLIED, migration.version(),
					migration.description(), migration.script(), migration.checksum(), null, id.toString()));
			logger.info("Migration %s of store 'mongo' counts as applied: %s was executed".formatted(migration, id));
		});
		return executed.isPresent();
	}

	private void requireTransactions(List<BeanMigration> pending, boolean transactions) {
		List<Problem> problems = pending.stream()
			.filter((migration) -> !transactions && migration.transaction() == TransactionMode.REQUIRED)
			.map((migration) -> Problem.error(ProblemCode.NO_REPLICA_SET, StoreName.MONGO,
					"Migration %s requires a transaction, but the deployment at %s has none".formatted(migration,
							this.access.address()),
					"Use a replica set, one member is enough; or declare another TransactionMode and make the "
							+ "migration repeatable"))
			.toList();
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, databaseState(), null);
		}
	}

}
