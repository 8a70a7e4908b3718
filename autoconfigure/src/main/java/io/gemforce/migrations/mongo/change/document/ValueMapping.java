package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.source.CoreSchema;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * Single values and what each is mapped to. It is written as a document, if all old
 * values are texts, or as a list of {@code {from, to}}. Values are compared as MongoDB
 * does without a collation: numbers without their types.
 *
 * @param entries the entries as written, those among them that map a value to itself
 * @param targets the new values of those that change something, by the old ones in a form
 * in which equal numbers are the same
 */
public record ValueMapping(List<Entry> entries, Map<BsonValue, BsonValue> targets) {

	private static final String FROM = "from";

	private static final String TO = "to";

	private static final Set<BsonType> SINGLE = EnumSet.of(BsonType.STRING, BsonType.INT32, BsonType.INT64,
			BsonType.DOUBLE, BsonType.DECIMAL128, BsonType.BOOLEAN, BsonType.NULL, BsonType.DATE_TIME,
			BsonType.OBJECT_ID, BsonType.BINARY, BsonType.TIMESTAMP);

	private static final String WRITE_A_LIST = "Write 'values' as a list, for example [{from: 1, to: one}]";

	public static ValueMapping of(BsonValue values) {
		if (values.isDocument()) {
			return ofEntries(values.asDocument()
				.entrySet()
				.stream()
				.map((entry) -> new Entry(new BsonString(entry.getKey()), entry.getValue()))
				.toList());
		}
		return ofEntries(values.asArray()
			.stream()
			.map(BsonValue::asDocument)
			.map((entry) -> new Entry(required(entry, FROM), required(entry, TO)))
			.toList());
	}

	private static ValueMapping ofEntries(List<Entry> entries) {
		Map<BsonValue, BsonValue> targets = new HashMap<>();
		entries.stream()
			.filter(Entry::isChange)
			.forEach((entry) -> targets.put(Fingerprint.comparable(entry.from()), entry.to()));
		return new ValueMapping(entries, targets);
	}

	private static BsonValue required(BsonDocument entry, String key) {
		BsonValue value = entry.get(key);
		if (value == null) {
			throw new IllegalArgumentException("There is no '%s'".formatted(key));
		}
		return value;
	}

	public static void check(BsonValue values, DefinitionCursor cursor) {
		Set<BsonValue> sources = new HashSet<>();
		if (values.isDocument()) {
			values.asDocument().forEach((from, to) -> checkKey(from, to, cursor.to(from)));
		}
		else {
			int index = 0;
			for (BsonValue entry : values.asArray()) {
				checkEntry(entry, cursor.to(index++), sources);
			}
		}
		if (values.isDocument() ? values.asDocument().isEmpty() : values.asArray().isEmpty()) {
			cursor.wrong("'%s' is empty".formatted(cursor.name()), "Write at least one value, for example {old: new}");
		}
	}

	private static void checkKey(String from, BsonValue to, DefinitionCursor cursor) {
		if (from.startsWith("$")) {
			cursor.wrongKey("'%s' stands where a value is expected".formatted(from), WRITE_A_LIST);
		}
		else if (CoreSchema.OTHER_THAN_TEXT.matcher(from).matches()) {
			cursor.wrongKey("the key '%s' is a text, but may be meant as a number, true, false or null".formatted(from),
					"Write 'values' as a list, which tells them apart: {from: %s, to: …} or {from: \"%s\", to: …}"
						.formatted(from, from));
		}
		checkSingle(to, cursor);
	}

	private static void checkEntry(BsonValue value, DefinitionCursor cursor, Set<BsonValue> sources) {
		if (!value.isDocument() || !value.asDocument().keySet().equals(Set.of(FROM, TO))) {
			cursor.wrong("each item must have 'from' and 'to' and nothing else", WRITE_A_LIST);
			return;
		}
		BsonValue from = required(value.asDocument(), FROM);
		BsonValue to = required(value.asDocument(), TO);
		boolean single = checkSingle(from, cursor.to(FROM)) & checkSingle(to, cursor.to(TO));
		if (!single) {
			return;
		}
		if (!sources.add(Fingerprint.comparable(from))) {
			cursor.to(FROM)
				.wrong("%s is mapped twice%s".formatted(BsonFormatter.show(from), from.isNumber()
						? ": MongoDB compares numbers without their types, so that 1 and 1.0 are equal" : ""),
						"Remove one of both");
		}
		if (!from.equals(to) && Fingerprint.comparable(from).equals(Fingerprint.comparable(to))) {
			cursor.to(TO)
				.wrong("%s is equal to %s, as MongoDB compares numbers without their types"
					.formatted(BsonFormatter.show(to), BsonFormatter.show(from)),
						"Write a convertField to change the type of numbers");
		}
	}

	private static boolean checkSingle(BsonValue value, DefinitionCursor cursor) {
		boolean nan = value.isNumber() && Double.isNaN(value.asNumber().doubleValue());
		if (nan || !SINGLE.contains(value.getBsonType())) {
			cursor.wrong("%s cannot be mapped, or be mapped to".formatted(nan ? "NaN" : BsonFormatter.describe(value)),
					"Write a single value: a text, a number, true, false, null, a date, an id or binary data");
			return false;
		}
		return true;
	}

	/**
	 * The entries that change a value.
	 */
	public List<Entry> changing() {
		return this.entries.stream().filter(Entry::isChange).toList();
	}

	private BsonArray values(Function<Entry, BsonValue> side) {
		return new BsonArray(changing().stream().map(side).toList());
	}

	/**
	 * Whether some value is both an old and a new one, so that a value alone does not
	 * tell whether it has been mapped.
	 */
	public boolean isChained() {
		return changing().stream().anyMatch((entry) -> this.targets.containsKey(Fingerprint.comparable(entry.to())));
	}

	/**
	 * Whether each new value stands for one old value, and none is an old value.
	 */
	public boolean isOneToOne() {
		Set<BsonValue> different = new HashSet<>();
		return !isChained()
				&& changing().stream().allMatch((entry) -> different.add(Fingerprint.comparable(entry.to())));
	}

	/**
	 * The mapping back, for one that is one to one.
	 */
	public ValueMapping inverse() {
		return ofEntries(changing().stream().map((entry) -> new Entry(entry.to(), entry.from())).toList());
	}

	/**
	 * Map a value, or the elements of an array.
	 */
	public BsonValue apply(BsonValue value) {
		return value.isArray() ? new BsonArray(value.asArray().stream().map(this::applyToOne).toList())
				: applyToOne(value);
	}

	private BsonValue applyToOne(BsonValue value) {
		return (value.isDocument() || value.isArray()) ? value
				: this.targets.getOrDefault(Fingerprint.comparable(value), value);
	}

	/**
	 * Matches documents that have something to be mapped.
	 */
	public BsonDocument selected(FieldPath path) {
		return in(path, values(Entry::from));
	}

	/**
	 * Matches documents that have a new value.
	 */
	public BsonDocument selectedTargets(FieldPath path) {
		return in(path, values(Entry::to));
	}

	private static BsonDocument in(FieldPath path, BsonArray values) {
		// A comparison with null also finds what is missing
		return new BsonDocument(path.text(), new BsonDocument("$exists", BsonBoolean.TRUE).append("$in", values));
	}

	/**
	 * Matches documents that have a number equal to an old value that may not be the same
	 * to the last bit.
	 */
	public BsonDocument selectedInexact(FieldPath path) {
		List<BsonDocument> inexact = new ArrayList<>();
		for (Entry entry : changing()) {
			if (entry.from().isNumber()) {
				BsonDocument condition = new BsonDocument("$eq", entry.from());
				if (entry.isKnownByType()) {
					condition.append("$not",
							new BsonDocument("$type", new BsonString(Conditions.typeName(entry.from().getBsonType()))));
				}
				inexact.add(new BsonDocument(path.text(), condition));
				inexact.add(new BsonDocument(path.text(), new BsonDocument("$elemMatch", condition)));
			}
		}
		return new BsonDocument("$or", new BsonArray(inexact));
	}

	public boolean hasNumbers() {
		return changing().stream().anyMatch((entry) -> entry.from().isNumber());
	}

	/**
	 * Matches documents with a value that is neither an old nor a new one; {@code null}
	 * aside.
	 */
	public BsonDocument unselected(FieldPath path) {
		Map<BsonValue, BsonValue> known = new LinkedHashMap<>();
		this.entries.forEach((entry) -> {
			known.put(Fingerprint.comparable(entry.from()), entry.from());
			known.put(Fingerprint.comparable(entry.to()), entry.to());
		});
		BsonArray values = new BsonArray(List.copyOf(known.values()));
		values.add(BsonNull.VALUE);
		BsonDocument other = new BsonDocument("$nin", values);
		BsonDocument single = other.clone()
			.append("$exists", BsonBoolean.TRUE)
			.append("$not", new BsonDocument("$type", new BsonString("array")));
		return Conditions.any(List.of(new BsonDocument(path.text(), single),
				new BsonDocument(path.text(), new BsonDocument("$elemMatch", other))));
	}

	/**
	 * An expression for what the mapping makes of a field.
	 */
	public BsonValue expression(FieldPath path) {
		BsonString field = new BsonString("$" + path);
		BsonDocument each = new BsonDocument("$map",
				new BsonDocument("input", field).append("as", new BsonString("item"))
					.append("in", expression(new BsonString("$$item"))));
		return operator("$cond", operator("$isArray", field), each, expression(field));
	}

	// Avoids position -1, which would be the last one
	private BsonDocument expression(BsonString value) {
		BsonString at = new BsonString("$$at");
		BsonDocument position = operator("$indexOfArray", literal(values(Entry::from)), value);
		return new BsonDocument("$let",
				new BsonDocument("vars", new BsonDocument("at", position)).append("in",
						operator("$cond", operator("$gte", at, new BsonInt32(0)),
								operator("$arrayElemAt", literal(values(Entry::to)), at), value)));
	}

	private static BsonDocument literal(BsonArray array) {
		return new BsonDocument("$literal", array);
	}

	private static BsonDocument operator(String name, BsonValue... arguments) {
		return new BsonDocument(name, new BsonArray(List.of(arguments)));
	}

	/**
	 * An old value and the new one.
	 */
	public record Entry(BsonValue from, BsonValue to) {

		private boolean isChange() {
			return !this.from.equals(this.to);
		}

		/**
		 * Whether a value that is equal to the old one and of its type is the same to the
		 * last bit: a zero may be negative, and a decimal have more digits.
		 */
		public boolean isKnownByType() {
			return !this.from.isDecimal128() && !(this.from.isDouble() && this.from.asDouble().getValue() == 0);
		}

		@Override
		public String toString() {
			return "%s to %s".formatted(BsonFormatter.show(this.from), BsonFormatter.show(this.to));
		}

	}

}
