package io.gemforce.migrations.mongo.rehearsal;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.Document;

/**
 * A database that is made for a rehearsal and dropped after it. Its name is marked, and a
 * beat in it counts up while the rehearsal lives:
 *
 * <pre>
 * rehearsal_beat: {_id: "rehearsal", beat: 17, database: "gems", startedAt: …}
 * </pre>
 *
 * A database whose beat does not advance was left behind by a rehearsal that was killed:
 * the next one drops it. One without a beat is another instance's, such as a test's, and
 * is left alone.
 */
public final class ScratchDatabase implements AutoCloseable {

	/**
	 * Collection of the beat.
	 */
	public static final String BEAT_COLLECTION = "rehearsal_beat";

	private static final Log logger = LogFactory.getLog(ScratchDatabase.class);

	private static final String PREFIX = "gemforce_rehearsal_";

	private static final int LONGEST_NAME = 20;

	private static final Document THE_BEAT = new Document("_id", "rehearsal");

	private static final Duration BEAT_EVERY = Duration.ofSeconds(1);

	private final MongoDatabase database;

	private final ScheduledExecutorService beats;

	private ScratchDatabase(MongoDatabase database, ScheduledExecutorService beats) {
		this.database = database;
		this.beats = beats;
	}

	public static ScratchDatabase create(MongoClient client, String original, Clock clock) {
		String name = PREFIX + original.substring(0, Math.min(original.length(), LONGEST_NAME)) + "_"
				+ UUID.randomUUID().toString().substring(0, 8);
		MongoDatabase database = client.getDatabase(name);
		database.getCollection(BEAT_COLLECTION)
			.insertOne(new Document(THE_BEAT).append("beat", 0L)
				.append("database", original)
				.append("startedAt", Date.from(clock.instant())));
		ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, "rehearsal-beat");
			thread.setDaemon(true);
			return thread;
		});
		beats.scheduleWithFixedDelay(() -> beat(database), BEAT_EVERY.toMillis(), BEAT_EVERY.toMillis(),
				TimeUnit.MILLISECONDS);
		return new ScratchDatabase(database, beats);
	}

	private static void beat(MongoDatabase database) {
		try {
			database.getCollection(BEAT_COLLECTION).updateOne(THE_BEAT, new Document("$inc", new Document("beat", 1L)));
		}
		catch (MongoException ex) {
			logger.warn("Could not beat in scratch database %s: %s".formatted(database.getName(), ex.getMessage()));
		}
	}

	/**
	 * Drop the scratch databases of rehearsals that were killed.
	 * @param patience how long a beat may take
	 */
	public static List<String> dropLeftBehind(MongoClient client, Duration patience) {
		List<String> dropped = new ArrayList<>();
		try {
			Map<String, Object> beats = beats(client);
			if (!beats.isEmpty()) {
				Thread.sleep(patience.toMillis());
				Map<String, Object> later = beats(client);
				beats.forEach((name, beat) -> {
					if (beat.equals(later.get(name))) {
						client.getDatabase(name).drop();
						dropped.add(name);
						logger.info("Dropped scratch database %s, which a rehearsal has left behind".formatted(name));
					}
				});
			}
		}
		catch (MongoException ex) {
			logger.warn("Could not look for scratch databases that were left behind: " + ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return dropped;
	}

	private static Map<String, Object> beats(MongoClient client) {
		Map<String, Object> beats = new HashMap<>();
		for (String name : client.listDatabaseNames()) {
			if (name.startsWith(PREFIX)) {
				Document beat = client.getDatabase(name).getCollection(BEAT_COLLECTION).find(THE_BEAT).first();
				if (beat != null && beat.get("beat") != null) {
					beats.put(name, beat.get("beat"));
				}
			}
		}
		return beats;
	}

	public MongoDatabase database() {
		return this.database;
	}

	@Override
	public void close() {
		this.beats.shutdownNow();
		try {
			this.beats.awaitTermination(BEAT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.database.drop();
	}

}
