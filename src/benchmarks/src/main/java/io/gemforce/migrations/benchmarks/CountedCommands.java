package io.gemforce.migrations.benchmarks;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import org.bson.BsonValue;

/**
 * Counts the commands that are sent, those aside that a driver sends by itself.
 */
final class CountedCommands implements CommandListener {

	private static final Set<String> BY_THE_DRIVER = Set.of("hello", "isMaster", "ismaster", "ping", "endSessions");

	private final LongAdder total = new LongAdder();

	private final Map<String, LongAdder> byCollection = new ConcurrentHashMap<>();

	@Override
	public void commandStarted(CommandStartedEvent event) {
		if (BY_THE_DRIVER.contains(event.getCommandName())) {
			return;
		}
		this.total.increment();
		BsonValue collection = event.getCommand().get(event.getCommandName());
		if (collection != null && collection.isString()) {
			this.byCollection.computeIfAbsent(collection.asString().getValue(), (name) -> new LongAdder()).increment();
		}
	}

	/**
	 * Begin to count anew.
	 */
	void reset() {
		this.total.reset();
		this.byCollection.clear();
	}

	/**
	 * Return how many commands were sent.
	 */
	long total() {
		return this.total.sum();
	}

	/**
	 * Return how many commands were sent to a collection.
	 */
	long on(String collection) {
		LongAdder count = this.byCollection.get(collection);
		return (count != null) ? count.sum() : 0;
	}

}
