package io.gemforce.migrations.support;

import java.util.List;

import com.mongodb.client.MongoClient;
import org.bson.Document;

/**
 * Makes commands of one client fail, as the server's fail point {@code failCommand} does
 * it.
 */
public final class FailPoint implements AutoCloseable {

	private final MongoClient client;

	private final Document mode;

	private final Document data;

	private FailPoint(MongoClient client, Document mode, Document data) {
		this.client = client;
		this.mode = mode;
		this.data = data;
	}

	/**
	 * Returns the fail point, which does nothing yet.
	 */
	public static FailPoint on(MongoClient client, String appName, int times, String... commands) {
		return new FailPoint(client, new Document("times", times),
				new Document("failCommands", List.of(commands)).append("appName", appName));
	}

	/**
	 * Let some commands pass before, and fail all after them.
	 */
	public FailPoint after(int passing) {
		return new FailPoint(this.client, new Document("skip", passing), this.data);
	}

	/**
	 * Refuse the commands.
	 */
	public FailPoint withErrorCode(int code, String... labels) {
		this.data.append("errorCode", code);
		if (labels.length > 0) {
			this.data.append("errorLabels", List.of(labels));
		}
		return set();
	}

	/**
	 * Close the connection instead of executing the commands.
	 */
	public FailPoint closingTheConnection() {
		this.data.append("closeConnection", true);
		return set();
	}

	/**
	 * Execute the commands, and answer that they are not yet majority committed.
	 */
	public FailPoint withWriteConcernError() {
		this.data.append("writeConcernError", new Document("code", 64).append("errmsg", "waiting for replication"));
		return set();
	}

	/**
	 * Execute the commands late.
	 */
	public FailPoint blockingFor(int millis) {
		this.data.append("blockConnection", true).append("blockTimeMS", millis);
		return set();
	}

	private FailPoint set() {
		configure(this.mode);
		return this;
	}

	private void configure(Object mode) {
		this.client.getDatabase("admin")
			.runCommand(
					new Document("configureFailPoint", "failCommand").append("mode", mode).append("data", this.data));
	}

	@Override
	public void close() {
		configure("off");
	}

}
