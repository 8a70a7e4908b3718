package io.gemforce.migrations.mongo.history;

import java.time.Instant;
import java.util.Date;
import java.util.Optional;

import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.ReplaceOptions;
import org.bson.Document;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.command.CommandRetries;
import io.gemforce.migrations.store.Hold;

/**
 * The collection of the holds, one document for each store that is held:
 *
 * <pre>
 * {_id: "mongo", store: "mongo", version: "3", reason: "orders are lost", user: "ann", since: …}
 * </pre>
 *
 * Written by the holder of the lock before the first undo of a rollback, removed when the
 * hold is released. Writes have write concern majority, reads go to the primary with read
 * concern majority.
 */
public final class MigrationHolds {

	private static final String ID = "_id";

	private static final String STORE = "store";

	private static final String VERSION = "version";

	private static final String REASON = "reason";

	private static final String USER = "user";

	private static final String SINCE = "since";

	private static final Instant UNKNOWN = Instant.EPOCH;

	private static final Document THE_HOLD = new Document(ID, StoreName.MONGO.id());

	private final MongoCollection<Document> collection;

	public MigrationHolds(MongoCollection<Document> collection) {
		this.collection = collection.withWriteConcern(WriteConcern.MAJORITY)
			.withReadConcern(ReadConcern.MAJORITY)
			.withReadPreference(ReadPreference.primary());
	}

	public Optional<Hold> find() {
		return Optional.ofNullable(CommandRetries.unlessOverloaded(() -> this.collection.find(THE_HOLD).first()))
			.map(MigrationHolds::hold);
	}

	private static Hold hold(Document document) {
		HistoryFields fields = new HistoryFields(document);
		String version = fields.text(VERSION);
		Instant since = fields.instant(SINCE);
		return new Hold(StoreName.MONGO, Optional.ofNullable(version).flatMap(Version::parse).orElse(Version.ZERO),
				fields.text(REASON), fields.text(USER), (since != null) ? since : UNKNOWN);
	}

	public void put(Hold hold) {
		CommandRetries.unlessOverloaded(
				() -> this.collection.replaceOne(THE_HOLD, document(hold), new ReplaceOptions().upsert(true)));
	}

	/**
	 * Write the hold in the place of one, unless that is no longer there.
	 */
	public void replace(Hold hold, Hold successor) {
		CommandRetries.unlessOverloaded(() -> this.collection.replaceOne(just(hold), document(successor)));
	}

	public void remove(Hold hold) {
		CommandRetries.unlessOverloaded(() -> this.collection.deleteOne(just(hold)));
	}

	private static Document document(Hold hold) {
		Document document = new Document(THE_HOLD).append(STORE, hold.store().id())
			.append(VERSION, hold.version().toString());
		if (hold.reason() != null) {
			document.append(REASON, hold.reason());
		}
		if (hold.user() != null) {
			document.append(USER, hold.user());
		}
		return document.append(SINCE, Date.from(hold.since()));
	}

	private static Document just(Hold hold) {
		return new Document(THE_HOLD).append(SINCE, hold.since().equals(UNKNOWN)
				? new Document("$not", new Document("$type", "date")) : Date.from(hold.since()));
	}

}
