package io.gemforce.migrations.mongo.engine;

import java.util.function.Predicate;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The steps of the protocol, as they are seen on the wire.
 */
enum WireStep implements Predicate<BsonDocument> {

	/**
	 * Read the history.
	 */
	READ_HISTORY("find", WireStep.HISTORY, (command) -> command.getDocument("filter", new BsonDocument()).isEmpty()),

	/**
	 * Read one row of the history, because the outcome of a write is not known.
	 */
	READ_ROW("find", WireStep.HISTORY,
			(command) -> command.getDocument("filter", new BsonDocument()).containsKey("_id")),

	/**
	 * Look at a lock that somebody holds.
	 */
	LOOK("find", WireStep.LOCK, (command) -> true),

	/**
	 * Acquire the lock, free or not.
	 */
	ACQUIRE("findAndModify", WireStep.LOCK, (command) -> true),

	/**
	 * Take the lock over from a holder that does not beat.
	 */
	TAKE_OVER("findAndModify", WireStep.LOCK, (command) -> command.getDocument("query").containsKey("beat")),

	/**
	 * Renew the lock.
	 */
	BEAT("update", WireStep.LOCK, (command) -> update(command).containsKey("$inc")),

	/**
	 * Release the lock.
	 */
	RELEASE("update", WireStep.LOCK, (command) -> update(command).getDocument("$set").containsKey("owner")),

	/**
	 * Write the hold of a rollback.
	 */
	HOLD("update", WireStep.HOLDS, (command) -> true),

	/**
	 * Open a row.
	 */
	OPEN_ROW("insert", WireStep.HISTORY, (command) -> isInserted(command, "state", "RUNNING")),

	/**
	 * Mark a takeover.
	 */
	MARK("insert", WireStep.HISTORY, (command) -> isInserted(command, "type", "MARK")),

	/**
	 * Record that another tool has applied a migration.
	 */
	MARK_IMPORT("insert", WireStep.HISTORY, (command) -> isInserted(command, "type", "IMPORT")),

	/**
	 * Close the rows that older fences have left open.
	 */
	CLOSE_LEFT_OPEN("update", WireStep.HISTORY, (command) -> isMulti(command)),

	/**
	 * Close one's own row, whether or not the next one is opened with it.
	 */
	CLOSE_ROW("update", WireStep.HISTORY, (command) -> !isMulti(command)),

	/**
	 * Close one's own row and open the next one.
	 */
	CLOSE_AND_OPEN("update", WireStep.HISTORY, (command) -> command.getArray("updates").size() == 2),

	/**
	 * Commit the transaction.
	 */
	COMMIT("commitTransaction", null, (command) -> true),

	/**
	 * End the session of the former holder.
	 */
	KILL_SESSIONS("killSessions", null, (command) -> true),

	/**
	 * The first command of migration 1.
	 */
	FIRST_WORK(null, "applied", (command) -> command.toString().contains("\"1a\"")),

	/**
	 * The second command of migration 1.
	 */
	SECOND_WORK(null, "applied", (command) -> command.toString().contains("\"1b\"")),

	/**
	 * Any command of any migration.
	 */
	WORK(null, "applied", (command) -> true);

	private static final String HISTORY = "migration_history";

	private static final String LOCK = "migration_lock";

	private static final String HOLDS = "migration_hold";

	private final String name;

	private final String collection;

	private final Predicate<BsonDocument> details;

	WireStep(String name, String collection, Predicate<BsonDocument> details) {
		this.name = name;
		this.collection = collection;
		this.details = details;
	}

	@Override
	public boolean test(BsonDocument command) {
		String commandName = command.getFirstKey();
		BsonValue target = command.get(commandName);
		return (this.name == null || commandName.equals(this.name))
				&& (this.collection == null || target.equals(new BsonString(this.collection)))
				&& this.details.test(command);
	}

	/**
	 * Whether a command is about a collection of the protocol's.
	 */
	static boolean isAboutHistoryOrLock(BsonDocument command) {
		BsonValue target = command.get(command.getFirstKey());
		return target.equals(new BsonString(HISTORY)) || target.equals(new BsonString(LOCK));
	}

	private static BsonDocument update(BsonDocument command) {
		return command.getArray("updates").get(0).asDocument().getDocument("u");
	}

	private static boolean isMulti(BsonDocument command) {
		return command.getArray("updates").get(0).asDocument().containsKey("multi");
	}

	private static boolean isInserted(BsonDocument command, String field, String value) {
		return new BsonString(value).equals(command.getArray("documents").get(0).asDocument().get(field));
	}

}
