package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that writes to the documents of changes while these are made and undone.
 * Each value that it writes is one that nobody else writes, and must be found afterwards,
 * unless it has overwritten it itself.
 */
final class Application {

	private static final String[] FIELDS = { "a", "b", "c", "d", "e", "f", "t", "a.x", "b.y", "c.x", "h", "h.0",
			"h.0.x", "h.1.y", "h.0.g.0.x" };

	private static final Pattern WRITTEN = Pattern.compile("written-[0-9]+-");

	private static final int ONE_IN = 3;

	private final MongoDatabase database;

	private final Random random;

	private final Map<String, BsonValue> acknowledged = new TreeMap<>();

	private int written;

	Application(MongoDatabase database, Random random) {
		this.database = database;
		this.random = random;
	}

	/**
	 * Write something, or nothing.
	 * @param method what the changes are about to do there
	 */
	void work(String name, String method) {
		if (this.random.nextInt(ONE_IN) > 0 || method.equals("drop")) {
			return;
		}
		MongoCollection<BsonDocument> collection = this.database.getCollection(name, BsonDocument.class);
		List<BsonDocument> documents = collection.find().into(new ArrayList<>());
		if (!documents.isEmpty()) {
			write(collection, documents.get(this.random.nextInt(documents.size())).get("_id"));
		}
	}

	private void write(MongoCollection<BsonDocument> collection, BsonValue id) {
		String field = FIELDS[this.random.nextInt(FIELDS.length)];
		this.written++;
		String mark = "written-%d-".formatted(this.written);
		try {
			BsonDocument before = collection.findOneAndUpdate(Conditions.id(id),
					new BsonDocument("$set", new BsonDocument(field, value(new BsonString(mark)))));
			if (before != null) {
				BsonValue replaced = find(before, field);
				this.acknowledged.keySet().removeAll(marks((replaced != null) ? replaced : new BsonArray()));
				this.acknowledged.put(mark, id);
			}
		}
		catch (MongoCommandException ex) {
			// There is no place for the field in this document, or a validator or an
			// index is in the way
		}
	}

	// Also at a position of an array
	private static BsonValue find(BsonDocument document, String path) {
		BsonValue value = document;
		for (String part : path.split("\\.")) {
			if (value instanceof BsonArray array) {
				int position = Integer.parseInt(part);
				value = (position < array.size()) ? array.get(position) : null;
			}
			else {
				value = (value instanceof BsonDocument enclosing) ? enclosing.get(part) : null;
			}
		}
		return value;
	}

	private BsonValue value(BsonString mark) {
		return switch (this.random.nextInt(4)) {
			case 0 -> new BsonArray(List.of(mark));
			case 1 -> new BsonDocument("x", mark);
			default -> mark;
		};
	}

	private static Set<String> marks(BsonValue value) {
		Set<String> marks = new HashSet<>();
		Matcher matcher = WRITTEN.matcher(new BsonDocument("v", value).toJson());
		while (matcher.find()) {
			marks.add(matcher.group());
		}
		return marks;
	}

	/**
	 * Fail if something that was written is gone.
	 * @param remembered whether it may be among what is remembered for an undo
	 * @param conflicts what an undo has named as left as it is
	 */
	void assertNothingLost(boolean remembered, List<String> conflicts) {
		Set<String> found = new HashSet<>();
		// A collection that is there again is named, and what was dropped is kept
		boolean kept = remembered || conflicts.stream().anyMatch((conflict) -> conflict.contains("is not restored"));
		for (String name : this.database.listCollectionNames()) {
			if (kept || !name.equals("migration_preimage")) {
				this.database.getCollection(name, BsonDocument.class)
					.find()
					.forEach((document) -> found.addAll(marks(document)));
			}
		}
		Map<String, BsonValue> lost = new TreeMap<>(this.acknowledged);
		lost.keySet().removeAll(found);
		lost.values()
			.removeIf((id) -> conflicts.size() == UndoResult.MAX_EXAMPLES || conflicts.stream()
				.anyMatch((conflict) -> conflict.contains("document %s:".formatted(BsonFormatter.show(id)))));
		assertThat(lost).as(remembered ? "lost when the changes were made" : "lost when they were undone").isEmpty();
	}

}
