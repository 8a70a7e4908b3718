package io.gemforce.migrations.mongo.discovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import com.mongodb.client.model.Filters;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * An entry of another tool's history that counts as a migration of ours.
 *
 * @param places where the entry can be, one of them
 */
public record ImportId(String text, Peer peer, List<Place> places) {

	private static final String LIQUIBASE_SEPARATOR = "::";

	private static final String CLASS_PATH = "classpath:";

	public ImportId {
		places = List.copyOf(places);
	}

	public static Optional<ImportId> parse(String text) {
		for (Peer peer : Peer.values()) {
			if (text.startsWith(peer.prefix)) {
				List<Place> places = places(peer, text.substring(peer.prefix.length()));
				return places.isEmpty() ? Optional.empty() : Optional.of(new ImportId(text, peer, places));
			}
		}
		return Optional.empty();
	}

	// What is behind the last '@' is a collection, unless an author is named by an
	// address
	private static List<Place> places(Peer peer, String rest) {
		int at = rest.lastIndexOf('@');
		List<Place> places = new ArrayList<>();
		if (at >= 0 && at < rest.length() - 1 && peer.isKey(rest.substring(0, at))) {
			places.add(new Place(rest.substring(0, at), rest.substring(at + 1)));
		}
		if (at < rest.length() - 1 && at != 0 && peer.isKey(rest)) {
			places.add(new Place(rest, peer.defaultCollection));
		}
		return places;
	}

	public Bson filter(Place place) {
		String key = place.key();
		return switch (this.peer) {
			case MONGOCK -> mongockFilter(key);
			case MIGRATE_MONGO -> new Document("fileName", key);
			case LIQUIBASE -> {
				String[] parts = key.split(LIQUIBASE_SEPARATOR, -1);
				yield Filters.and(Filters.in("fileName", spellings(parts[0])), Filters.eq("id", parts[1]),
						Filters.eq("author", parts[2]));
			}
		};
	}

	// Liquibase takes these for the same file; which of them it has stored depends on its
	// version
	private static Set<String> spellings(String path) {
		String normalized = path.replaceFirst("^classpath\\*?:", "").replace('\\', '/').replaceFirst("^(\\./|/)+", "");
		return new LinkedHashSet<>(
				List.of(path, normalized, "/" + normalized, CLASS_PATH + normalized, CLASS_PATH + "/" + normalized));
	}

	// An id may have a slash of its own
	private static Bson mongockFilter(String key) {
		Document whole = new Document("changeId", key);
		int slash = key.lastIndexOf('/');
		return (slash < 0) ? whole : Filters.or(whole,
				new Document("changeId", key.substring(0, slash)).append("author", key.substring(slash + 1)));
	}

	public boolean isExecuted(List<Document> entries) {
		return switch (this.peer) {
			case MONGOCK -> isExecutedByMongock(entries);
			case MIGRATE_MONGO -> !entries.isEmpty();
			case LIQUIBASE -> entries.stream()
				.map((entry) -> text(entry, "execType"))
				.anyMatch((type) -> List.of("EXECUTED", "RERAN", "MARK_RAN").contains(type));
		};
	}

	// As Mongock itself does it: the newest entry counts that says that the change was
	// executed or rolled back. One without a state is of an old version, which had none
	private static boolean isExecutedByMongock(List<Document> entries) {
		return entries.stream()
			.filter((entry) -> !text(entry, "type").equals("BEFORE_EXECUTION"))
			.filter((entry) -> entry.get("state") == null
					|| List.of("EXECUTED", "ROLLED_BACK").contains(text(entry, "state")))
			.sorted(Comparator.comparing(ImportId::timestamp))
			.reduce((older, newer) -> newer)
			.filter((newest) -> !text(newest, "state").equals("ROLLED_BACK"))
			.isPresent();
	}

	private static Date timestamp(Document entry) {
		return (entry.get("timestamp") instanceof Date timestamp) ? timestamp : new Date(0);
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
	 * Where an entry can be.
	 *
	 * @param key what the tool calls the entry
	 */
	public record Place(String key, String collection) {

	}

	/**
	 * The tools whose histories can be read.
	 */
	public enum Peer {

		/**
		 * Mongock.
		 */
		MONGOCK("mongock:", "mongockChangeLog", "mongockLock"),

		/**
		 * The command line tool migrate-mongo.
		 */
		MIGRATE_MONGO("migrate-mongo:", "changelog", "changelog_lock"),

		/**
		 * Liquibase with its extension for MongoDB.
		 */
		LIQUIBASE("liquibase:", "DATABASECHANGELOG", "DATABASECHANGELOGLOCK");

		private final String prefix;

		private final String defaultCollection;

		private final String lockCollection;

		Peer(String prefix, String defaultCollection, String lockCollection) {
			this.prefix = prefix;
			this.defaultCollection = defaultCollection;
			this.lockCollection = lockCollection;
		}

		public String lockCollection() {
			return this.lockCollection;
		}

		public Bson heldLock(Date now) {
			return switch (this) {
				case MONGOCK -> Filters.and(Filters.eq("status", "LOCK_HELD"), Filters.gt("expiresAt", now));
				case MIGRATE_MONGO -> Filters.empty();
				case LIQUIBASE -> Filters.eq("locked", true);
			};
		}

		private boolean isKey(String text) {
			return !text.isEmpty() && (this != LIQUIBASE || text.split(LIQUIBASE_SEPARATOR, -1).length == 3);
		}

	}

}
