package io.gemforce.migrations.mongo.engine;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;

/**
 * Why a migration was not applied or undone.
 *
 * @param outcomeUnknown whether it is not known what has become of a write outside of a
 * transaction, or of a commit as long as the row is not closed
 */
record ExecutionFailure(Throwable cause, ProblemCode code, boolean outcomeUnknown) {

	private static final String UNKNOWN_COMMIT = "it is not known whether %s was committed; the next start will find out";

	ExecutionError error(boolean transactional) {
		ExecutionError error = MongoFailures.error(this.cause);
		if (transactional || !this.outcomeUnknown) {
			return error;
		}
		String message = (error.message() != null) ? "outcome unknown: " + error.message() : "outcome unknown";
		return new ExecutionError(error.type(), message, error.code());
	}

	// The row is closed as failed: no commit was executed, and none can be
	String state(boolean transactional) {
		if (transactional) {
			return "what %s did was rolled back";
		}
		if (this.cause instanceof ChangeRefusedException refused && refused.isNothingWritten()) {
			return "unchanged by %s";
		}
		String state = "what %s did before it failed is still there, as it ran without a transaction";
		return this.outcomeUnknown ? state + "; the outcome of its last command is unknown: it may still be executed"
				: state;
	}

	String unrecordedState(boolean transactional) {
		return transactional ? UNKNOWN_COMMIT : state(false)
				+ "; the failure could not be recorded, the next start will find the attempt interrupted";
	}

	String stateWithoutLock(boolean transactional) {
		if (!transactional) {
			return "%s may be applied in part; another instance decides what becomes of it";
		}
		return this.outcomeUnknown ? UNKNOWN_COMMIT : "what %s did was not committed";
	}

	String describe() {
		String message = Causes.message(this.cause);
		if (this.cause instanceof ChangeRefusedException && message != null) {
			return message;
		}
		return this.cause.getClass().getSimpleName() + ((message != null) ? ": " + message : "");
	}

}
