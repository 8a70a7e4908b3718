package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.Optional;

import com.mongodb.client.model.Filters;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * An entry of another tool's history that counts as a migration of ours.
 *
 * @param text the entry as the user names it
 * @param peer the other tool
 * @param key what the tool calls it
 * @param collection the collection of the tool's history
 */
record ImportId(String text, Peer peer, String key, String collection) {

	private static final String LIQUIBASE_SEPARATOR = "::";

	static Optional<ImportId> parse(String text) {
		for (Peer peer : Peer.values()) {
			if (text.startsWith(peer.prefix)) {
				String rest = text.substring(peer.prefix.length());
				int at = rest.lastIndexOf('@');
				String key = (at >= 0) ? rest.substring(0, at) : rest;
				String collection = (at >= 0) ? rest.substring(at + 1) : peer.defaultCollection;
				boolean complete = !key.isEmpty() && !collection.isEmpty()
						&& (peer != Peer.LIQUIBASE || key.split(LIQUIBASE_SEPARATOR, -1).length == 3);
				return complete ? Optional.of(new ImportId(text, peer, key, collection)) : Optional.empty();
			}
		}
		return Optional.empty();
	}

	Bson filter() {
		return switch (this.peer) {
			case MONGOCK -> mongockFilter();
			case MIGRATE_MONGO -> new Document("fileName", this.key);
			case LIQUIBASE -> {
				String[] parts = this.key.split(LIQUIBASE_SEPARATOR, -1);
				yield new Document("fileName", parts[0]).append("id", parts[1]).append("author", parts[2]);
			}
		};
	}

	// An id may have a slash of its own
	private Bson mongockFilter() {
		Document whole = new Document("changeId", this.key);
		int slash = this.key.lastIndexOf('/');
		return (slash < 0) ? whole : Filters.or(whole,
				new Document("changeId", this.key.substring(0, slash)).append("author", this.key.substring(slash + 1)));
	}

	/**
	 * Whether the entries that were found say that the change was executed.
	 * @param entries what the filter has found, in the order of the history
	 * @return whether the change counts as applied
	 */
	boolean isExecuted(List<Document> entries) {
		return switch (this.peer) {
			case MONGOCK -> isExecutedByMongock(entries);
			case MIGRATE_MONGO -> !entries.isEmpty();
			case LIQUIBASE -> entries.stream()
				.map((entry) -> text(entry, "execType"))
				.anyMatch((type) -> List.of("EXECUTED", "RERAN", "MARK_RAN").contains(type));
		};
	}

	private static boolean isExecutedByMongock(List<Document> entries) {
		String state = "";
		for (Document entry : entries) {
			if (!text(entry, "type").equals("BEFORE_EXECUTION")) {
				state = text(entry, "state");
			}
		}
		return state.equals("EXECUTED");
	}

	private static String text(Document entry, String field) {
		@Nullable Object value = entry.get(field);
		return (value instanceof String text) ? text : "";
	}

	@Override
	public String toString() {
		return this.text;
	}

	/**
	 * The tools whose histories can be read.
	 */
	enum Peer {

		/**
		 * Mongock.
		 */
		MONGOCK("mongock:", "mongockChangeLog"),

		/**
		 * The command line tool migrate-mongo.
		 */
		MIGRATE_MONGO("migrate-mongo:", "changelog"),

		/**
		 * Liquibase with its extension for MongoDB.
		 */
		LIQUIBASE("liquibase:", "DATABASECHANGELOG");

		private final String prefix;

		private final String defaultCollection;

		Peer(String prefix, String defaultCollection) {
			this.prefix = prefix;
			this.defaultCollection = defaultCollection;
		}

	}

}
