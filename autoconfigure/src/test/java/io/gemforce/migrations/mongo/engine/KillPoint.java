package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import org.bson.BsonDocument;

import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoProxy.Hold;

/**
 * Where a process is stopped in order to be killed. A command that it had already sent
 * reaches the server after its death where the point says so.
 */
enum KillPoint {

	AFTER_ACQUIRE(Victim.HOLDER, false, (proxy) -> proxy.holdReply(WireStep.ACQUIRE)),

	/**
	 * Of a rollback.
	 */
	AFTER_THE_HOLD(Victim.ROLLBACK, false, (proxy) -> proxy.holdReply(WireStep.HOLD)),

	AFTER_THE_RUNNING_ROW(Victim.HOLDER, true, (proxy) -> proxy.holdReply(WireStep.OPEN_ROW)),

	IN_THE_WORK(Victim.HOLDER, true, (proxy) -> proxy.holdCommand(WireStep.SECOND_WORK)),

	AFTER_THE_WORK(Victim.HOLDER, true, (proxy) -> proxy.holdReply(WireStep.SECOND_WORK)),

	/**
	 * The commit, or without a transaction the closing of the row with the opening of the
	 * next one, is on its way.
	 */
	INSIDE_THE_COMMIT(Victim.HOLDER, false, (proxy) -> proxy.holdCommand(KillPoint::isCommit)),

	AFTER_THE_COMMIT(Victim.HOLDER, false, (proxy) -> proxy.holdReply(KillPoint::isCommit)),

	BEFORE_THE_RELEASE(Victim.HOLDER, false, (proxy) -> proxy.holdCommand(WireStep.RELEASE)),

	WHILE_BEATING(Victim.HOLDER, true, (proxy) -> proxy.holdCommand(WireStep.SECOND_WORK),
			(proxy) -> proxy.holdCommand(WireStep.BEAT)),

	WHILE_WAITING(Victim.WAITER, false, (proxy) -> proxy.holdReply(WireStep.LOOK)),

	AFTER_TAKING_OVER(Victim.SUCCESSOR, true, (proxy) -> proxy.holdReply(WireStep.TAKE_OVER)),

	AFTER_THE_MARK(Victim.SUCCESSOR, true, (proxy) -> proxy.holdReply(WireStep.MARK)),

	AFTER_CLOSING_ROWS(Victim.SUCCESSOR, true, (proxy) -> proxy.holdReply(WireStep.CLOSE_LEFT_OPEN));

	private final Victim victim;

	private final boolean leavingAnInterruption;

	private final List<Function<MongoProxy, Hold>> holds;

	@SafeVarargs
	KillPoint(Victim victim, boolean leavingAnInterruption, Function<MongoProxy, Hold>... holds) {
		this.victim = victim;
		this.leavingAnInterruption = leavingAnInterruption;
		this.holds = List.of(holds);
	}

	private static boolean isCommit(BsonDocument command) {
		return WireStep.COMMIT.test(command)
				|| (WireStep.CLOSE_ROW.test(command) && !command.containsKey("autocommit"));
	}

	Victim victim() {
		return this.victim;
	}

	/**
	 * Tell which attempt is left that never finished, if migration 1 is followed by
	 * migration 2.
	 * @param transactional whether the migrations are transactions
	 * @return the version of a migration that stops the next start if it must not be
	 * repeated
	 */
	Optional<String> interrupted(boolean transactional) {
		if (this.leavingAnInterruption) {
			return Optional.of("1");
		}
		boolean openedAhead = !transactional && (this == INSIDE_THE_COMMIT || this == AFTER_THE_COMMIT);
		return openedAhead ? Optional.of("2") : Optional.empty();
	}

	/**
	 * Arrange for a process to stop at this point.
	 * @param proxy stands before the process
	 * @return what holds the process
	 */
	Hold arrange(MongoProxy proxy) {
		return this.holds.get(0).apply(proxy);
	}

	/**
	 * Wait until a process has come to this point.
	 * @param proxy stands before the process
	 * @param first what holds the process
	 * @param process tells what the process has said, if it does not come
	 * @return all that is held
	 */
	List<Hold> reach(MongoProxy proxy, Hold first, Supplier<String> process) {
		List<Hold> held = new ArrayList<>();
		first.await(process);
		held.add(first);
		for (Function<MongoProxy, Hold> next : this.holds.subList(1, this.holds.size())) {
			Hold hold = next.apply(proxy);
			hold.await(process);
			held.add(hold);
		}
		return held;
	}

	/**
	 * Decide what becomes of what is held when the process is dead.
	 * @param held what is held
	 */
	void settle(List<Hold> held) {
		if (this == INSIDE_THE_COMMIT) {
			held.forEach(Hold::execute);
		}
		else {
			held.forEach(Hold::lose);
		}
	}

	/**
	 * Who is killed.
	 */
	enum Victim {

		/**
		 * The holder of the lock.
		 */
		HOLDER,

		/**
		 * The holder of the lock if it rolls back.
		 */
		ROLLBACK,

		/**
		 * A process that waits for the lock while its holder is alive.
		 */
		WAITER,

		/**
		 * A process that takes over from a holder that was killed in the work.
		 */
		SUCCESSOR

	}

}
