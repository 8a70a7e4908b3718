package io.gemforce.migrations.mongo.change.preimage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.BatchSize;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Names;

/**
 * What is stored about one document that a change touches (see {@link ChangeJournal}).
 */
public record Preimage(BsonDocument content) {

	static final String DOCUMENT = "document";

	static final String WHOLE = "whole";

	private static final String BEFORE = "before";

	private static final String PATH = "path";

	private static final String LITERAL = "literal";

	private static final String VALUE = "value";

	private static final String AFTER = "after";

	private static final String EMPTY = "empty";

	private static final long SMALL = 4_000_000;

	private static final BsonBinary NOTHING = Fingerprint.of(Collections.singletonList(null));

	public static Preimage seen(BsonValue id) {
		return new Preimage(new BsonDocument(DOCUMENT, id));
	}

	/**
	 * Remember that an enclosing document, in which a change will set a field, was empty.
	 */
	public static Preimage withEmpty(BsonValue id, FieldPath empty) {
		return new Preimage(new BsonDocument(DOCUMENT, id).append(EMPTY, new BsonString(empty.text())));
	}

	public static Preimage whole(BsonDocument document) {
		return new Preimage(new BsonDocument(DOCUMENT, document.get("_id")).append(WHOLE, document));
	}

	/**
	 * Remember that a change has inserted a document of the same id elsewhere.
	 */
	public static Preimage ofInserted(BsonDocument inserted) {
		return new Preimage(new BsonDocument(DOCUMENT, inserted.get("_id")).append(AFTER, fingerprint(inserted)));
	}

	/**
	 * Remember a document that a change has removed, and inserted as another one
	 * elsewhere.
	 */
	public static Preimage ofMoved(BsonDocument document, BsonDocument inserted) {
		return new Preimage(whole(document).content().append(AFTER, fingerprint(inserted)));
	}

	/**
	 * Remember a field that a change has added.
	 */
	public static Preimage ofAdded(BsonValue id, FieldPath path, BsonValue value) {
		return new Preimage(new BsonDocument(DOCUMENT, id).append(PATH, new BsonString(path.text()))
			.append(AFTER, Fingerprint.of(List.of(value))));
	}

	private static BsonBinary fingerprint(BsonDocument document) {
		return Fingerprint.of(List.of(document));
	}

	/**
	 * Remember a field before a change, which removes it if {@code after} is
	 * {@code null}.
	 */
	public static Preimage ofField(BsonValue id, FieldPath path, BsonValue before, @Nullable BsonValue after) {
		return new Preimage(new BsonDocument(DOCUMENT, id).append(PATH, new BsonString(path.text()))
			.append(VALUE, before)
			.append(AFTER, (after != null) ? Fingerprint.of(List.of(after)) : NOTHING));
	}

	public static @Nullable Preimage ofDifference(BsonDocument before, BsonDocument after) {
		Set<String> names = new LinkedHashSet<>(before.keySet());
		names.addAll(after.keySet());
		BsonArray fields = new BsonArray();
		List<@Nullable BsonValue> left = new ArrayList<>();
		for (String name : names) {
			BsonValue value = before.get(name);
			if (value == null || !ExactValue.same(value, after.get(name))) {
				BsonDocument field = new BsonDocument(PATH, new BsonString(name)).append(LITERAL, BsonBoolean.TRUE);
				if (value != null) {
					field.append(VALUE, value);
				}
				fields.add(field);
				left.add(after.get(name));
			}
		}
		if (fields.isEmpty()) {
			return null;
		}
		BsonDocument content = new BsonDocument(DOCUMENT, before.get("_id"));
		if (fields.size() == 1) {
			content.putAll(fields.get(0).asDocument());
		}
		else {
			content.append(BEFORE, fields);
		}
		return new Preimage(content.append(AFTER, Fingerprint.of(left)));
	}

	public BsonValue id() {
		return required(DOCUMENT);
	}

	/**
	 * The size in bytes; an estimate that is too low by far where it does not matter.
	 */
	public long size() {
		long estimate = BatchSize.size(this.content);
		return (estimate < SMALL) ? estimate
				: new RawBsonDocument(this.content, new BsonDocumentCodec()).getByteBuffer().remaining();
	}

	private BsonValue required(String key) {
		BsonValue value = this.content.get(key);
		if (value == null) {
			throw new IllegalStateException("A pre-image has no '%s': %s".formatted(key, this.content.keySet()));
		}
		return value;
	}

	/**
	 * Whether the change has been made, as far as this pre-image tells.
	 */
	public boolean isComplete() {
		return this.content.containsKey(AFTER);
	}

	public boolean hasWhole() {
		return this.content.containsKey(WHOLE);
	}

	public BsonDocument whole() {
		return required(WHOLE).asDocument();
	}

	public @Nullable FieldPath empty() {
		return this.content.containsKey(EMPTY) ? new FieldPath(required(EMPTY).asString().getValue()) : null;
	}

	public List<Field> fields() {
		if (this.content.containsKey(PATH)) {
			return List.of(new Field(this.content));
		}
		return required(BEFORE).asArray().stream().map(BsonValue::asDocument).map(Field::new).toList();
	}

	public boolean isRemoval() {
		List<@Nullable BsonValue> nothing = new ArrayList<>();
		fields().forEach((field) -> nothing.add(null));
		return Fingerprint.of(nothing).equals(this.content.get(AFTER));
	}

	/**
	 * Whether the change has left an array where there was one, with other content.
	 */
	boolean isOfChangedArray() {
		BsonValue before = this.content.get(VALUE);
		return before != null && before.isArray() && !this.content.containsKey(LITERAL) && !isRemoval();
	}

	static BsonDocument ofArrays() {
		return Conditions.isArray(new FieldPath(VALUE));
	}

	/**
	 * Whether the touched fields of a document are still as the change has left them.
	 */
	public boolean isAsLeft(BsonDocument current) {
		List<@Nullable BsonValue> values = new ArrayList<>();
		for (Field field : fields()) {
			values.add(field.in(current));
		}
		BsonBinary fingerprint = Fingerprint.of(values);
		return fingerprint.equals(this.content.get(AFTER));
	}

	/**
	 * Whether a document is still as the change has inserted it.
	 */
	public boolean isAsInserted(BsonDocument current) {
		return fingerprint(current).equals(this.content.get(AFTER));
	}

	/**
	 * Whether the touched fields of a document are as they were before the change.
	 */
	public boolean isAsBefore(BsonDocument current) {
		return fields().stream().allMatch((field) -> ExactValue.same(field.in(current), field.before()));
	}

	/**
	 * A field that a change touched.
	 */
	public record Field(BsonDocument stored) {

		public String name() {
			return this.stored.getString(PATH).getValue();
		}

		public @Nullable BsonValue before() {
			return this.stored.get(VALUE);
		}

		public @Nullable BsonValue in(BsonDocument document) {
			return isAtTop() ? document.get(name()) : new FieldPath(name()).find(document);
		}

		public boolean isAtTop() {
			return this.stored.containsKey(LITERAL);
		}

		/**
		 * Whether only the whole document can be restored, as operators misread the name.
		 */
		public boolean isBeyondOperators() {
			return isAtTop() && (name().indexOf('.') >= 0 || Names.wrongField(name()) != null);
		}

	}

}
