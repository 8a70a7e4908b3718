package io.gemforce.migrations.mongo.context;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.mongodb.client.ClientSession;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one attempt. The runner's session belongs to the thread that runs the
 * migration; outside of a transaction each other thread gets its own. Threads that share
 * a session may give two writes the same number, of which a server executes only one.
 */
public final class AttemptSessions {

	private final @Nullable ClientSession session;

	private final Supplier<@Nullable ClientSession> further;

	private final Map<Thread, ClientSession> others = new ConcurrentHashMap<>();

	private volatile Thread owner = Thread.currentThread();

	public AttemptSessions(@Nullable ClientSession session, Supplier<@Nullable ClientSession> further) {
		this.session = session;
		this.further = further;
	}

	// The current thread becomes the one that runs the migration
	void enter() {
		this.owner = Thread.currentThread();
	}

	// Transactional if the runner's session has a transaction open
	@Nullable ClientSession current(boolean transactional) {
		Thread thread = Thread.currentThread();
		if (this.session == null || thread == this.owner) {
			return this.session;
		}
		if (transactional) {
			throw new IllegalStateException(
					("Thread '%s' cannot take part in the migration's transaction, which belongs "
							+ "to thread '%s': do all of the work in that thread, or declare @Migration(transaction = "
							+ "TransactionMode.NEVER), and make the migration repeatable")
						.formatted(thread.getName(), this.owner.getName()));
		}
		return this.others.computeIfAbsent(thread, (other) -> start(this.session));
	}

	// It reads what the runner's has written
	private ClientSession start(ClientSession session) {
		ClientSession started = this.further.get();
		if (started == null) {
			throw new IllegalStateException("The deployment has no sessions any more");
		}
		started.advanceClusterTime(session.getClusterTime());
		started.advanceOperationTime(session.getOperationTime());
		return started;
	}

	// Gives the sessions of the other threads back
	void close() {
		this.others.values().forEach(ClientSession::close);
		this.others.clear();
	}

}
