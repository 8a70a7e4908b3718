package io.gemforce.migrations.mongo.history;

import java.util.Set;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoWriteConcernException;

/**
 * Tells what is known about a write that failed.
 */
public final class WriteOutcome {

	/**
	 * HostUnreachable, HostNotFound, NetworkTimeout, ExceededTimeLimit, SocketException:
	 * a router or a primary does not know the outcome itself.
	 */
	private static final Set<Integer> LOST_BEHIND_THE_SERVER = Set.of(6, 7, 89, 262, 9001);

	private WriteOutcome() {
	}

	/**
	 * Whether the server may have executed, or may yet execute, a write that failed.
	 */
	public static boolean isUnknown(MongoException failure) {
		return (failure instanceof MongoSocketException && !(failure instanceof MongoSocketOpenException))
				|| failure instanceof MongoInterruptedException || failure instanceof MongoOperationTimeoutException
				|| failure instanceof MongoNotPrimaryException || failure instanceof MongoNodeIsRecoveringException
				|| isNotYetMajority(failure) || LOST_BEHIND_THE_SERVER.contains(failure.getCode());
	}

	private static boolean isNotYetMajority(MongoException failure) {
		return failure instanceof MongoWriteConcernException
				|| (failure instanceof MongoBulkWriteException bulk && bulk.getWriteConcernError() != null);
	}

}
