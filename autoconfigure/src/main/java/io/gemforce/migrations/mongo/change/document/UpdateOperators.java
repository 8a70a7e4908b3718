package io.gemforce.migrations.mongo.change.document;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonType;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.NearestWord;

/**
 * Knows the operators and pipeline stages of updates.
 */
public final class UpdateOperators {

	private static final Set<String> IDEMPOTENT = Set.of("$set", "$unset", "$rename", "$min", "$max", "$addToSet",
			"$pull");

	private static final Set<String> OTHERS = Set.of("$inc", "$mul", "$currentDate", "$setOnInsert", "$pop", "$push",
			"$pullAll", "$bit");

	private static final Set<String> ALL = Stream.concat(IDEMPOTENT.stream(), OTHERS.stream())
		.collect(Collectors.toUnmodifiableSet());

	private static final List<String> STAGES = List.of("$set", "$unset", "$addFields", "$project", "$replaceRoot",
			"$replaceWith");

	private static final Set<String> PLAIN = Set.of("$set", "$unset");

	// A server fills empty timestamps in, and may compare the others by their values only
	private static final Set<BsonType> COMPUTED = Set.of(BsonType.TIMESTAMP, BsonType.DOCUMENT, BsonType.ARRAY);

	private UpdateOperators() {
	}

	public static void check(BsonValue update, DefinitionCursor cursor) {
		if (update.isArray()) {
			checkPipeline(update.asArray(), cursor);
		}
		else {
			checkOperators(update.asDocument(), cursor);
		}
	}

	private static void checkOperators(BsonDocument update, DefinitionCursor cursor) {
		if (update.isEmpty()) {
			cursor.wrong("'%s' is empty".formatted(cursor.name()),
					"Write at least one operator, for example {$set: {size: 1}}");
		}
		boolean hasOperators = update.keySet().stream().anyMatch((key) -> key.startsWith("$"));
		update.forEach((key, value) -> {
			if (!key.startsWith("$")) {
				cursor.to(key)
					.wrongKey(
							hasOperators ? "the field '%s' stands between update operators".formatted(key)
									: "'%s' is no update operator: it would replace the whole document".formatted(key),
							"Put fields into an operator, for example {$set: {%s: …}}".formatted(key));
			}
			else if (!ALL.contains(key)) {
				cursor.to(key)
					.wrongKey("there is no update operator '%s'%s".formatted(key, didYouMean(key, ALL)),
							"See MongoDB's manual on update operators");
			}
			else if (!value.isDocument()) {
				cursor.to(key)
					.wrong("'%s' needs a document of fields but has %s".formatted(key, BsonFormatter.describe(value)),
							"Write for example {%s: {size: …}}".formatted(key));
			}
			else {
				value.asDocument().keySet().forEach((field) -> checkField(key, field, cursor.to(key).to(field)));
			}
		});
	}

	private static void checkField(String operator, String field, DefinitionCursor cursor) {
		if (Names.isId(field)) {
			cursor.wrongKey("'%s' cannot change '%s': MongoDB does not allow a change of the '_id' of a document"
				.formatted(operator, field), "Choose another field");
		}
	}

	private static void checkPipeline(BsonArray pipeline, DefinitionCursor cursor) {
		if (pipeline.isEmpty()) {
			cursor.wrong("'%s' is empty".formatted(cursor.name()),
					"Write at least one stage, for example [{$set: {size: 1}}]");
		}
		int index = 0;
		for (BsonValue stage : pipeline) {
			DefinitionCursor place = cursor.to(index++);
			if (!stage.isDocument() || stage.asDocument().size() != 1) {
				place.wrong("a stage of a pipeline must be a document with one operator but is "
						+ BsonFormatter.describe(stage), "Write for example [{$set: {size: 1}}]");
			}
			else if (!STAGES.contains(stage.asDocument().getFirstKey())) {
				String name = stage.asDocument().getFirstKey();
				place.wrong("an update has no stage '%s'%s".formatted(name, didYouMean(name, STAGES)),
						"Write one of " + String.join(", ", STAGES));
			}
		}
	}

	private static String didYouMean(String word, Collection<String> known) {
		return NearestWord.find(word, known).map("; did you mean '%s'?"::formatted).orElse("");
	}

	public static boolean areIdempotent(BsonValue update) {
		return update.isDocument() && IDEMPOTENT.containsAll(update.asDocument().keySet())
				&& update.asDocument().values().stream().noneMatch(UpdateOperators::isPositional)
				&& !ArrayFilters.areMixed(update.asDocument());
	}

	// '$' is the first element that the filter finds: after an update, another one
	private static boolean isPositional(BsonValue operands) {
		return operands.asDocument().keySet().stream().anyMatch((path) -> (path + ".").contains(".$."));
	}

	/**
	 * Whether the filter can match no updated document, as the update sets other values.
	 */
	public static boolean contradicts(BsonValue update, BsonDocument filter) {
		if (!update.isDocument()) {
			return false;
		}
		BsonDocument set = update.asDocument().getDocument("$set", new BsonDocument());
		BsonDocument unset = update.asDocument().getDocument("$unset", new BsonDocument());
		return filter.entrySet().stream().anyMatch((entry) -> {
			BsonValue wanted = entry.getValue();
			BsonValue left = set.get(entry.getKey());
			if (wanted.isDocument() && wanted.asDocument().keySet().equals(Set.of("$exists"))) {
				boolean exists = !BsonBoolean.FALSE.equals(wanted.asDocument().get("$exists"));
				return exists ? unset.containsKey(entry.getKey()) : left != null;
			}
			if (wanted.isDocument() || wanted.isArray() || wanted.isRegularExpression()) {
				return false;
			}
			boolean removed = unset.containsKey(entry.getKey()) && !wanted.isNull();
			return removed || (left != null && !left.isArray()
					&& !Fingerprint.comparable(left).equals(Fingerprint.comparable(wanted)));
		});
	}

	/**
	 * Whether it only sets fields at the top to simple values, or removes them, so that
	 * what it makes of a document can be told without the server.
	 */
	public static boolean isPlain(BsonValue update) {
		return update.isDocument() && PLAIN.containsAll(update.asDocument().keySet())
				&& update.asDocument()
					.values()
					.stream()
					.flatMap((fields) -> fields.asDocument().entrySet().stream())
					.allMatch((field) -> Names.wrongField(field.getKey()) == null && field.getKey().indexOf('.') < 0
							&& !COMPUTED.contains(field.getValue().getBsonType()));
	}

	/**
	 * Returns what a plain update makes of a document.
	 */
	public static BsonDocument applyPlain(BsonDocument update, BsonDocument document) {
		BsonDocument updated = document.clone();
		updated.putAll(update.getDocument("$set", new BsonDocument()));
		update.getDocument("$unset", new BsonDocument()).keySet().forEach(updated::remove);
		return updated;
	}

	public static Set<String> fields(BsonValue update) {
		Set<String> fields = new TreeSet<>();
		if (update.isDocument()) {
			update.asDocument().forEach((operator, operands) -> operands.asDocument().forEach((path, operand) -> {
				fields.add(new FieldPath(path).top());
				if (operator.equals("$rename") && operand.isString()) {
					fields.add(new FieldPath(operand.asString().getValue()).top());
				}
			}));
		}
		return fields.stream().allMatch((field) -> Names.wrongField(field) == null) ? fields : Set.of();
	}

	/**
	 * Use the oldest names of the stages, which the aggregations of all servers know.
	 */
	public static List<BsonDocument> toAggregation(BsonArray pipeline) {
		return pipeline.stream().map((stage) -> toAggregation(stage.asDocument())).toList();
	}

	private static BsonDocument toAggregation(BsonDocument stage) {
		Map.Entry<String, BsonValue> operator = stage.entrySet().iterator().next();
		return switch (operator.getKey()) {
			case "$set" -> new BsonDocument("$addFields", operator.getValue());
			case "$replaceWith" -> new BsonDocument("$replaceRoot", new BsonDocument("newRoot", operator.getValue()));
			case "$unset" -> new BsonDocument("$project", excluding(operator.getValue()));
			default -> stage;
		};
	}

	private static BsonDocument excluding(BsonValue fields) {
		BsonDocument projection = new BsonDocument();
		(fields.isArray() ? fields.asArray() : List.of(fields))
			.forEach((field) -> projection.append(field.asString().getValue(), new BsonInt32(0)));
		return projection;
	}

}
