package io.gemforce.migrations.mongo.engine;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.change.preimage.ApplyKey;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.Attempt;

/**
 * A migration that is about to be applied or undone.
 *
 * @param firstAttemptRank the rank of the first attempt to apply it since it was not
 * applied, {@code null} if this is that attempt
 */
record PendingExecution(ResolvedMigration migration, Direction direction, @Nullable Long firstAttemptRank) {

	MigrationState done() {
		return isUp() ? MigrationState.APPLIED : MigrationState.ROLLED_BACK;
	}

	boolean isUp() {
		return this.direction == Direction.UP;
	}

	Attempt attempt(boolean transactional) {
		return this.migration.attempt(this.direction, transactional);
	}

	ExecutionStart start(MigrationRun run, String namespace, boolean transactional) {
		Attempt attempt = attempt(transactional);
		return new ExecutionStart(run, StoreName.MONGO, namespace, attempt.descriptor(), attempt.phase(),
				attempt.direction(), attempt.transactional());
	}

	// In an open row of the history
	Opened at(long rank) {
		return new Opened(this, rank);
	}

	// Like toString(), for the middle of a sentence
	String brief() {
		return (isUp() ? "migration %s" : "the undo of migration %s").formatted(this.migration.version());
	}

	@Override
	public String toString() {
		return isUp() ? "migration %s".formatted(this.migration) : "the undo of migration %s".formatted(this.migration);
	}

	record Opened(PendingExecution execution, long rank) {

		ApplyKey key() {
			return new ApplyKey(this.execution.migration().version(),
					Objects.requireNonNullElse(this.execution.firstAttemptRank(), this.rank));
		}

	}

}
