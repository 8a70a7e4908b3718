package io.gemforce.migrations.benchmarks;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;

/**
 * Counts the commands of each thread: the driver tells of a command on the thread that
 * sends it.
 */
final class CommandsOfThread implements CommandListener {

	private final Map<Thread, LongAdder> commands = new ConcurrentHashMap<>();

	@Override
	public void commandStarted(CommandStartedEvent event) {
		counter().increment();
	}

	/**
	 * Return how many commands the calling thread has sent.
	 */
	long ofThisThread() {
		return counter().sum();
	}

	private LongAdder counter() {
		return this.commands.computeIfAbsent(Thread.currentThread(), (thread) -> new LongAdder());
	}

}
