package io.gemforce.migrations.support;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import org.bson.BsonDocument;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;

/**
 * Listens to the commands that an application sends to MongoDB, those aside that a driver
 * sends by itself.
 */
public final class SentCommands implements CommandListener {

	private static final Set<String> BY_THE_DRIVER = Set.of("hello", "isMaster", "ismaster", "ping", "endSessions");

	private final List<BsonDocument> commands = new CopyOnWriteArrayList<>();

	@Override
	public void commandStarted(CommandStartedEvent event) {
		if (!BY_THE_DRIVER.contains(event.getCommandName())) {
			this.commands.add(event.getCommand().clone());
		}
	}

	/**
	 * Return the names of the commands, in the order in which they were sent.
	 */
	public List<String> names() {
		return this.commands.stream().map(BsonDocument::getFirstKey).toList();
	}

	/**
	 * Return the commands, in the order in which they were sent.
	 */
	public List<BsonDocument> commands() {
		return this.commands;
	}

	/**
	 * Return what makes an application's client be listened to.
	 */
	public MongoClientSettingsBuilderCustomizer customizer() {
		return (settings) -> settings.addCommandListener(this);
	}

}
