package io.gemforce.migrations.support;

import java.time.Duration;

import com.mongodb.client.MongoDatabase;
import org.bson.Document;

/**
 * Changes how long the server lets a transaction live, for all who use it, until it is
 * closed.
 */
public final class TransactionLifetime implements AutoCloseable {

	private static final String PARAMETER = "transactionLifetimeLimitSeconds";

	private final MongoDatabase admin;

	private final Object before;

	private TransactionLifetime(MongoDatabase admin, Object before) {
		this.admin = admin;
		this.before = before;
	}

	/**
	 * Set the limit.
	 * @return what puts the former limit back
	 */
	public static TransactionLifetime limit(MongoTestDatabase mongo, Duration limit) {
		MongoDatabase admin = mongo.client().getDatabase("admin");
		Object before = admin.runCommand(new Document("getParameter", 1).append(PARAMETER, 1)).get(PARAMETER);
		TransactionLifetime lifetime = new TransactionLifetime(admin, before);
		lifetime.set(limit.toSeconds());
		return lifetime;
	}

	private void set(Object seconds) {
		this.admin.runCommand(new Document("setParameter", 1).append(PARAMETER, seconds));
	}

	@Override
	public void close() {
		set(this.before);
	}

}
