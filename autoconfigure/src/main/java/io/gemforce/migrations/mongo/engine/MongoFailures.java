package io.gemforce.migrations.mongo.engine;

import java.util.List;

import com.mongodb.MongoException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;

final class MongoFailures {

	private static final int UNAUTHORIZED = 13;

	private static final int AUTHENTICATION_FAILED = 18;

	private static final int NO_SUCH_TRANSACTION = 251;

	private static final int TRANSACTION_TOO_LARGE = 257;

	private static final int TRANSACTION_EXCEEDED_LIFETIME = 290;

	private static final int TRANSACTION_TOO_LARGE_FOR_CACHE = 388;

	private static final int OPLOG_ENTRY_TOO_LARGE = 10334;

	private MongoFailures() {
	}

	static @Nullable MongoException find(Throwable failure) {
		return Causes.find(failure, MongoException.class).orElse(null);
	}

	// The server has ended the transaction by itself
	static boolean isTransactionGone(MongoException failure) {
		return failure.getCode() == NO_SUCH_TRANSACTION || failure.getCode() == TRANSACTION_EXCEEDED_LIFETIME;
	}

	// The transaction wrote more, or lasted longer, than the server allows
	static boolean isTransactionTooLarge(Throwable failure) {
		MongoException exception = find(failure);
		return exception != null && List
			.of(TRANSACTION_TOO_LARGE, OPLOG_ENTRY_TOO_LARGE, TRANSACTION_TOO_LARGE_FOR_CACHE,
					TRANSACTION_EXCEEDED_LIFETIME)
			.contains(exception.getCode());
	}

	static ExecutionError error(Throwable failure) {
		MongoException exception = find(failure);
		String code = (exception != null && exception.getCode() > 0) ? String.valueOf(exception.getCode()) : null;
		return new ExecutionError(Causes.type(failure), Causes.message(failure), code);
	}

	static MigrationException explain(MongoException failure, String address, String databaseState) {
		return new MigrationException(problem(failure, address), databaseState, failure);
	}

	private static Problem problem(MongoException failure, String address) {
		if (failure instanceof MongoSecurityException || failure.getCode() == AUTHENTICATION_FAILED) {
			return Problem.error(ProblemCode.AUTH_FAILED, StoreName.MONGO,
					"Store 'mongo' at %s refused the login".formatted(address),
					"Check user, password and authentication database in spring.mongodb.*");
		}
		if (failure.getCode() == UNAUTHORIZED) {
			return Problem.error(ProblemCode.PERMISSION_DENIED, StoreName.MONGO,
					"Store 'mongo' at %s refused an operation to its user: %s".formatted(address, failure.getMessage()),
					"Grant the user readWrite on the application's database and on the one of the history");
		}
		if (failure instanceof MongoTimeoutException || failure instanceof MongoSocketException
				|| failure instanceof MongoNotPrimaryException || failure instanceof MongoNodeIsRecoveringException) {
			return Problem.error(ProblemCode.STORE_UNREACHABLE, StoreName.MONGO,
					"Store 'mongo' at %s cannot be reached: %s".formatted(address, failure.getMessage()),
					"Check spring.mongodb.*, the network, and that the deployment has a primary; then start again");
		}
		return Problem.error(ProblemCode.MIGRATION_FAILED, StoreName.MONGO,
				"Store 'mongo' at %s answered with an error: %s".formatted(address, failure.getMessage()),
				"Fix the cause and start again");
	}

}
