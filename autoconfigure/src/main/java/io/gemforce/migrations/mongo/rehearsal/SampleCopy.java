package io.gemforce.migrations.mongo.rehearsal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.InsertManyOptions;
import org.bson.Document;
import org.bson.RawBsonDocument;

/**
 * Copies collections into a scratch database: their options, indexes and validators, and
 * a sample of their documents. The original is only read.
 */
public final class SampleCopy {

	private static final int BATCH = 500;

	private static final String COLLATION = "collation";

	private final MongoDatabase original;

	private final MongoDatabase scratch;

	private final Set<String> leftOut;

	public SampleCopy(MongoDatabase original, MongoDatabase scratch, Set<String> leftOut) {
		this.original = original;
		this.scratch = scratch;
		this.leftOut = leftOut;
	}

	/**
	 * Copy, replacing what the scratch database has in a collection that is copied.
	 */
	public void copy(long sample) {
		List<Document> views = new ArrayList<>();
		for (Document info : this.original.listCollections().into(new ArrayList<>())) {
			String name = info.getString("name");
			if (name.startsWith("system.") || this.leftOut.contains(name)) {
				continue;
			}
			if ("view".equals(info.getString("type"))) {
				views.add(info);
				continue;
			}
			create(info);
			Document options = info.get("options", new Document());
			copyIndexes(name, options.containsKey(COLLATION));
			copyDocuments(name, sample, !options.get("validator", new Document()).isEmpty());
		}
		views.forEach(this::create);
	}

	private void create(Document info) {
		String name = info.getString("name");
		this.scratch.getCollection(name).drop();
		Document command = new Document("create", name);
		info.get("options", new Document()).forEach(command::append);
		this.scratch.runCommand(command);
	}

	// An index that is listed without a collation has not got that of its collection
	private void copyIndexes(String name, boolean hasCollation) {
		List<Document> indexes = new ArrayList<>();
		for (Document index : this.original.getCollection(name).listIndexes()) {
			if (!"_id_".equals(index.getString("name")) && !index.getBoolean("clustered", false)) {
				Document definition = new Document(index);
				definition.remove("v");
				definition.remove("ns");
				if (hasCollation) {
					definition.putIfAbsent(COLLATION, new Document("locale", "simple"));
				}
				indexes.add(definition);
			}
		}
		if (!indexes.isEmpty()) {
			this.scratch.runCommand(new Document("createIndexes", name).append("indexes", indexes));
		}
	}

	private void copyDocuments(String name, long sample, boolean hasValidator) {
		MongoCollection<RawBsonDocument> target = this.scratch.getCollection(name, RawBsonDocument.class);
		FindIterable<RawBsonDocument> source = this.original.getCollection(name, RawBsonDocument.class)
			.find()
			.batchSize(BATCH);
		if (sample <= Integer.MAX_VALUE) {
			source = source.limit((int) sample);
		}
		if (sample == 0) {
			return;
		}
		List<RawBsonDocument> batch = new ArrayList<>(BATCH);
		InsertManyOptions options = new InsertManyOptions().ordered(false);
		if (hasValidator) {
			options.bypassDocumentValidation(true);
		}
		for (RawBsonDocument document : source) {
			batch.add(document);
			if (batch.size() == BATCH) {
				target.insertMany(batch, options);
				batch.clear();
			}
		}
		if (!batch.isEmpty()) {
			target.insertMany(batch, options);
		}
	}

}
