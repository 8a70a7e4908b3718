package io.gemforce.migrations.mongo.change.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.mongodb.MongoException;
import com.mongodb.MongoNamespace;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * The collections and indexes of a database.
 */
public final class Catalog {

	private static final int NAMESPACE_NOT_FOUND = 26;

	private static final int INDEX_NOT_FOUND = 27;

	private final MongoDatabase database;

	public Catalog(MongoDatabase database) {
		this.database = database;
	}

	public Optional<CollectionInfo> find(String collection) {
		// Not every server heeds the filter
		for (BsonDocument listed : this.database.listCollections(BsonDocument.class)
			.filter(new BsonDocument("name", new BsonString(collection)))) {
			if (listed.getString("name").getValue().equals(collection)) {
				return Optional.of(CollectionInfo.of(listed));
			}
		}
		return Optional.empty();
	}

	public void create(String collection, BsonDocument options) {
		BsonDocument command = new BsonDocument("create", new BsonString(collection));
		command.putAll(options);
		run(command);
	}

	public void drop(String collection) {
		this.database.getCollection(collection).drop();
	}

	public void rename(String from, String to) {
		this.database.getCollection(from).renameCollection(new MongoNamespace(this.database.getName(), to));
	}

	public void modify(String collection, BsonDocument options) {
		BsonDocument command = new BsonDocument("collMod", new BsonString(collection));
		command.putAll(options);
		run(command);
	}

	public SearchCatalog search(String collection) {
		return new SearchCatalog(this.database, collection);
	}

	/**
	 * Return the numbers of the server's version, such as {@code [7, 0, 12, 0]}.
	 */
	public int[] version() {
		BsonDocument info = this.database.runCommand(new BsonDocument("buildInfo", new BsonInt32(1)),
				BsonDocument.class);
		return info.getArray("versionArray").stream().mapToInt((part) -> part.asNumber().intValue()).toArray();
	}

	/**
	 * Return the indexes of a collection, except those that it was created with, without
	 * what the server adds. One of them may still be in its build, which may fail:
	 * {@code createIndexes} waits for it.
	 */
	public List<BsonDocument> indexes(String collection) {
		List<BsonDocument> indexes = new ArrayList<>();
		for (BsonDocument index : this.database.getCollection(collection).listIndexes(BsonDocument.class)) {
			boolean clustered = index.getBoolean("clustered", BsonBoolean.FALSE).getValue();
			if (!clustered && !index.getString("name").getValue().equals("_id_")) {
				index.remove("ns");
				index.remove("v");
				indexes.add(index);
			}
		}
		return indexes;
	}

	public Optional<BsonDocument> index(String collection, String name) {
		return indexes(collection).stream()
			.filter((index) -> index.getString("name").getValue().equals(name))
			.findFirst();
	}

	public void createIndexes(String collection, List<BsonDocument> indexes) {
		if (!indexes.isEmpty()) {
			run(new BsonDocument("createIndexes", new BsonString(collection)).append("indexes",
					new BsonArray(indexes)));
		}
	}

	/**
	 * Waits for the build of those that exist.
	 */
	public void createListedIndexes(String collection, @Nullable BsonDocument defaultCollation,
			List<BsonDocument> indexes) {
		createIndexes(collection,
				indexes.stream().map((index) -> IndexDefinition.asListed(index, defaultCollation)).toList());
	}

	// Unlike an operation of the driver, a command has no write concern of its own
	private void run(BsonDocument command) {
		this.database.runCommand(command.append("writeConcern", new BsonDocument("w", new BsonString("majority"))));
	}

	public void dropIndex(String collection, String name) {
		try {
			this.database.getCollection(collection).dropIndex(name);
		}
		catch (MongoException ex) {
			if (ex.getCode() != INDEX_NOT_FOUND && ex.getCode() != NAMESPACE_NOT_FOUND) {
				throw ex;
			}
		}
	}

}
