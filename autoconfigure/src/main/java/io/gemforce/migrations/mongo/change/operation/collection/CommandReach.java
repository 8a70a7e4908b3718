package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a command of the author's writes to, and whether it can be part of a transaction.
 */
record CommandReach(BsonDocument command) {

	private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findandmodify");

	private static final Set<String> DEFINITIONS = Set.of("create", "createindexes", "drop", "dropindexes",
			"deleteindexes", "collmod", "converttocapped", "clonecollectionascapped", "dropdatabase",
			"renamecollection");

	private static final Set<String> READS = Set.of("find", "distinct", "count", "listindexes", "listcollections",
			"collstats", "dbstats", "validate", "explain", "ping");

	private static final Set<String> OF_NAMESPACES = Set.of("renamecollection", "shardcollection", "reshardcollection",
			"unshardcollection", "refinecollectionshardkey", "movecollection");

	// Stay in their database, according to MongoDB's manual
	private static final Set<String> LOCAL = Set.of("create", "createindexes", "drop", "dropindexes", "deleteindexes",
			"collmod", "converttocapped", "clonecollectionascapped", "aggregate", "reindex", "compact");

	// Not allowed in a transaction, according to MongoDB's manual
	private static final Set<String> NOT_IN_TRANSACTIONS = Set.of("$out", "$merge", "$collStats", "$currentOp",
			"$indexStats", "$listLocalSessions", "$listSessions", "$planCacheStats", "$unionWith");

	private String name() {
		return this.command.getFirstKey().toLowerCase(Locale.ROOT);
	}

	boolean canBeInTransaction() {
		String name = name();
		return WRITES.contains(name) || name.equals("find") || name.equals("distinct") || (name.equals("aggregate")
				&& stages().stream().allMatch((stage) -> NOT_IN_TRANSACTIONS.stream().noneMatch(stage::containsKey)));
	}

	// Whether the command takes a write concern, and needs one
	boolean isWrite() {
		return WRITES.contains(name()) || DEFINITIONS.contains(name())
				|| (name().equals("aggregate") && !written().isEmpty());
	}

	// Why the command may write to other databases than its own
	Optional<String> beyond() {
		String name = name();
		Optional<String> other = written().stream()
			.map(Target::database)
			.filter(Objects::nonNull)
			.map((database) -> "its command '%s' names the database '%s'".formatted(this.command.getFirstKey(),
					database))
			.findFirst();
		if (other.isPresent()) {
			return other;
		}
		return (WRITES.contains(name) || READS.contains(name) || LOCAL.contains(name)) ? Optional.empty() : Optional
			.of("its command '%s' is not known to stay within one database".formatted(this.command.getFirstKey()));
	}

	boolean isWriting(String own, String database, String collection) {
		return written().stream()
			.anyMatch((target) -> database.equals((target.database() != null) ? target.database() : own)
					&& (target.collection() == null || target.collection().equals(collection)));
	}

	private Set<Target> written() {
		Set<Target> written = new LinkedHashSet<>();
		String name = name();
		BsonValue first = this.command.get(this.command.getFirstKey());
		if (name.equals("dropdatabase")) {
			written.add(new Target(null, null));
		}
		else if (OF_NAMESPACES.contains(name)) {
			addNamespace(first, written);
			addNamespace(this.command.get("to"), written);
		}
		else if (first != null && first.isString() && !name.equals("aggregate") && !READS.contains(name)) {
			written.add(new Target(null, first.asString().getValue()));
		}
		for (BsonDocument stage : stages()) {
			addTarget(stage.get("$out"), written);
			BsonValue merge = stage.get("$merge");
			addTarget((merge != null && merge.isDocument()) ? merge.asDocument().get("into") : merge, written);
		}
		addTarget(this.command.get("toCollection"), written);
		if (name.equals("mapreduce")) {
			addTarget(this.command.get("out"), written);
		}
		for (BsonDocument namespace : documents("nsInfo")) {
			addNamespace(namespace.get("ns"), written);
		}
		return written;
	}

	private List<BsonDocument> stages() {
		return documents("pipeline");
	}

	private List<BsonDocument> documents(String field) {
		return (this.command.get(field) instanceof BsonArray list)
				? list.stream().filter(BsonValue::isDocument).map(BsonValue::asDocument).toList() : List.of();
	}

	private static void addTarget(@Nullable BsonValue target, Set<Target> written) {
		if (target == null) {
			return;
		}
		if (target.isString()) {
			written.add(new Target(null, target.asString().getValue()));
		}
		else if (target.isDocument()) {
			String database = text(target.asDocument(), "db");
			for (String field : List.of("coll", "replace", "merge", "reduce")) {
				String collection = text(target.asDocument(), field);
				if (collection != null) {
					written.add(new Target(database, collection));
				}
			}
		}
	}

	private static @Nullable String text(BsonDocument document, String field) {
		BsonValue value = document.get(field);
		return (value != null && value.isString()) ? value.asString().getValue() : null;
	}

	private static void addNamespace(@Nullable BsonValue namespace, Set<Target> written) {
		if (namespace != null && namespace.isString()) {
			String text = namespace.asString().getValue();
			int dot = text.indexOf('.');
			written
				.add((dot < 0) ? new Target(null, text) : new Target(text.substring(0, dot), text.substring(dot + 1)));
		}
	}

	// Null database: the one that the command is run on; null collection: all
	private record Target(@Nullable String database, @Nullable String collection) {

	}

}
