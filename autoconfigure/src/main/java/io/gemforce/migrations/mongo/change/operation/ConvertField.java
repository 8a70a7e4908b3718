package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.EpochUnit;
import io.gemforce.migrations.mongo.FieldType;
import io.gemforce.migrations.mongo.OnConversionError;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.Conversions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Converts a field in batches, each document guarded by the value that was read.
 * <p>
 * If all values are of one type, each converts back exactly, and no document has the
 * target type already, then the undo converts back, and only the type is stored.
 * Otherwise there are pre-images.
 *
 * @param onError what happens to values that cannot be converted without loss
 * @param unit what numbers are that are to be dates, {@code null} if none is given
 */
public record ConvertField(String collection, FieldPath field, FieldType to, OnConversionError onError,
		@Nullable EpochUnit unit) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "convertField";

	private static final String ORIGINAL_TYPE = "originalType";

	private static final int EXAMPLES = 10;

	private static final String NOT_PLAUSIBLE = "cannot be told to be milliseconds since 1970";

	private static final String UNIT_ACTION = "Declare 'unit: s' if they are seconds, 'unit: ms' if they are milliseconds; "
			+ "if there are both, make them one by an update first";

	public static ConvertField of(Parameters parameters) {
		String to = parameters.text("to");
		String onError = parameters.optionalText("onError");
		String unit = parameters.optionalText("unit");
		return new ConvertField(parameters.text("collection"), parameters.path("field"),
				to.equals("objectId") ? FieldType.OBJECT_ID : FieldType.valueOf(to.toUpperCase(Locale.ROOT)),
				(onError != null) ? OnConversionError.valueOf(onError.toUpperCase(Locale.ROOT))
						: OnConversionError.FAIL,
				(unit != null) ? EpochUnit.valueOf(unit.toUpperCase(Locale.ROOT)) : null);
	}

	@Override
	public void check(DefinitionCursor cursor) {
		if (this.unit != null && this.to != FieldType.DATE) {
			cursor.to("unit")
				.wrongKey("'unit' is only for numbers that are to be dates", "Remove 'unit', or write 'to: date'");
		}
		if (this.field.isElement() && this.onError == OnConversionError.UNSET) {
			cursor.to("onError")
				.wrong("'unset' would remove elements of the array '%s'".formatted(this.field.place()),
						"Write keep or fail");
		}
	}

	@Override
	public String kind() {
		return KIND;
	}

	private BsonType target() {
		return Conversions.bsonType(this.to);
	}

	private String targetName() {
		return Conditions.typeName(target());
	}

	@Override
	public String summary() {
		return "convert field '%s' of '%s' to %s%s".formatted(this.field, this.collection, targetName(),
				switch (this.onError) {
					case FAIL -> "";
					case KEEP -> ", leaving values that cannot be converted";
					case UNSET -> ", removing values that cannot be converted";
				});
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered("converts '%s' of '%s' back, from pre-images where that is not exact"
			.formatted(this.field, this.collection));
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("find, update", this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.collection);
	}

	private BsonDocument ofOtherTypes() {
		return Conditions.isOfOtherType(this.field, List.of(target(), BsonType.NULL));
	}

	private BsonDocument ofTargetType() {
		return Conditions.isOfType(this.field, List.of(target()));
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, ofOtherTypes());
	}

	@Override
	public @Nullable AffectedCount preimages(DocumentCounter counter) {
		return touches(counter);
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		if (step.find(this.collection).isEmpty()) {
			step.begin(new BsonDocument());
			return;
		}
		BsonDocument documents = ofOtherTypes();
		new EnclosingDocuments(this.field).requireNoArrays(step, this.collection,
				Conditions.exists(this.field.inner()));
		boolean resumed = step.isBegun();
		if (!resumed) {
			step.begin(look(step, documents));
		}
		if (resumed) {
			step.unpack();
		}
		Batches.ofFields(step, this.collection, documents, List.of(this.field.place().text()))
			.forEach((found, again) -> convert(step, found, again || resumed));
	}

	private BsonDocument look(OperationContext step, BsonDocument documents) {
		Outlook found = new Outlook();
		Batches.ofFields(step, this.collection, documents, List.of(this.field.place().text()))
			.look((batch) -> batch.forEach(found::add));
		if (found.implausible > 0) {
			throw step.refused("%d number%s of '%s' %s, for example %s".formatted(found.implausible,
					(found.implausible == 1) ? "" : "s", this.field, NOT_PLAUSIBLE,
					String.join(", ", found.implausibleExamples)), UNIT_ACTION);
		}
		if (found.failures() > 0 && this.onError == OnConversionError.FAIL) {
			throw step.refused(
					"%d value%s of '%s' cannot be converted to %s without loss (%s), for example %s".formatted(
							found.failures(), (found.failures() == 1) ? "" : "s", this.field, targetName(),
							found.failuresByType(), String.join(", ", found.examples)),
					"Change these documents first, or declare 'onError: keep' or 'onError: unset'");
		}
		BsonDocument notes = new BsonDocument();
		if (step.isRemembering()) {
			boolean mixed = !step.ids(this.collection, ofTargetType(), 1).isEmpty();
			BsonType original = mixed ? null : found.originalType();
			if (original != null) {
				notes.append(ORIGINAL_TYPE, new BsonString(original.name()));
			}
			long remembered = ((original != null) ? 0 : found.convertible)
					+ ((this.onError == OnConversionError.UNSET) ? found.failures() : 0);
			step.requireRoomFor(Math.min(remembered, found.documents));
			step.forget();
		}
		return notes;
	}

	private boolean convert(OperationContext step, List<BsonDocument> documents, boolean again) {
		FieldPath place = this.field.place();
		List<Preimage> preimages = new ArrayList<>();
		Rewrites rewrites = new Rewrites(step, place);
		for (BsonDocument document : documents) {
			BsonValue before = place.find(document);
			AtomicBoolean derivable = new AtomicBoolean(true);
			BsonValue after = this.field.rewrite(document, (value) -> convert(step, document, value, again, derivable));
			if (before != null && !ExactValue.same(before, after)) {
				if (!derivable.get()) {
					preimages.add(Preimage.ofField(WholeDocument.id(document), place, before, after));
				}
				rewrites.add(document, after);
			}
		}
		return rewrites.write(this.collection, keep(step, preimages, again));
	}

	private List<Preimage> keep(OperationContext step, List<Preimage> preimages, boolean again) {
		if (!step.isRemembering()) {
			return List.of();
		}
		// One by one for an undo that converts back what has no pre-image
		return step.notes().containsKey(ORIGINAL_TYPE) ? step.preimages().keep(preimages, again)
				: step.keep(preimages, again);
	}

	// Null if the value is to be removed
	private @Nullable BsonValue convert(OperationContext step, BsonDocument document, BsonValue value, boolean again,
			AtomicBoolean derivable) {
		if (!isToConvert(value)) {
			// Beside what was added since there may be what an earlier call has converted
			derivable.compareAndSet(true, again || value.isNull());
			return value;
		}
		if (isImplausible(value)) {
			throw step.failed("document %s of '%s' has come to have %s in '%s', which %s".formatted(
					BsonFormatter.show(WholeDocument.id(document)), this.collection, BsonFormatter.describe(value),
					this.field, NOT_PLAUSIBLE), UNIT_ACTION);
		}
		BsonValue converted = Conversions.convert(value, target(), this.unit).orElse(null);
		if (converted == null && this.onError != OnConversionError.UNSET) {
			requireKeeping(document, value);
			return value;
		}
		derivable.compareAndSet(true, isDerivable(step, value, converted));
		return converted;
	}

	private boolean isToConvert(BsonValue value) {
		return !value.isNull() && value.getBsonType() != target();
	}

	private void requireKeeping(BsonDocument document, BsonValue value) {
		if (this.onError == OnConversionError.FAIL) {
			throw new IllegalStateException(
					("Document %s of '%s' has come to have %s in '%s', which cannot be converted to "
							+ "%s without loss, while the migration was running")
						.formatted(BsonFormatter.show(WholeDocument.id(document)), this.collection,
								BsonFormatter.describe(value), this.field, targetName()));
		}
	}

	private boolean isImplausible(BsonValue value) {
		return this.to == FieldType.DATE && this.unit == null && !Conversions.isPlausibleMillis(value);
	}

	private boolean isDerivable(OperationContext step, BsonValue value, @Nullable BsonValue converted) {
		return converted != null && step.notes().get(ORIGINAL_TYPE) instanceof BsonString type
				&& type.getValue().equals(value.getBsonType().name()) && isReversible(value, converted);
	}

	private boolean isReversible(BsonValue value, BsonValue converted) {
		return Conversions.convert(converted, value.getBsonType(), this.unit).filter(value::equals).isPresent();
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (step.find(this.collection).isEmpty()) {
			return;
		}
		new PreimageRestorer(step, this.collection, List.of(this.field.place().top())).run();
		if (step.notes().get(ORIGINAL_TYPE) instanceof BsonString type) {
			BsonType original = BsonType.valueOf(type.getValue());
			Batches.ofFields(step, this.collection, ofTargetType(), List.of(this.field.place().text()))
				.forEach((documents, again) -> convertBack(step, documents, original));
			Batches.ofFields(step, this.collection, ofTargetType(), List.of())
				.look((left) -> conflicts(step, left, original));
		}
	}

	private boolean convertBack(OperationContext step, List<BsonDocument> documents, BsonType original) {
		Map<ExactValue, Preimage> remembered = step.preimages()
			.find(documents.stream().map(WholeDocument::id).toList());
		FieldPath place = this.field.place();
		Rewrites rewrites = new Rewrites(step, place);
		for (BsonDocument document : documents) {
			BsonValue after = this.field.rewrite(document, (value) -> (value.getBsonType() == target())
					? Conversions.convert(value, original, this.unit).orElse(value) : value);
			if (EnclosingDocuments.remembered(remembered, document) == null
					&& !ExactValue.same(place.find(document), after)) {
				rewrites.add(document, after);
			}
		}
		return rewrites.write(this.collection, List.of());
	}

	private void conflicts(OperationContext step, List<BsonDocument> left, BsonType original) {
		Map<ExactValue, Preimage> remembered = step.preimages().find(left.stream().map(WholeDocument::id).toList());
		left.stream()
			.filter((document) -> EnclosingDocuments.remembered(remembered, document) == null)
			.map(WholeDocument::id)
			.forEach((id) -> step.conflict("'%s', document %s: '%s' cannot be converted back to %s without loss"
				.formatted(this.collection, BsonFormatter.show(id), this.field, Conditions.typeName(original))));
	}

	// What is found out before the first write
	private final class Outlook {

		private final Map<BsonType, Long> failures = new EnumMap<>(BsonType.class);

		private final List<String> examples = new ArrayList<>();

		private final List<String> implausibleExamples = new ArrayList<>();

		private long implausible;

		private long convertible;

		private long documents;

		private @Nullable BsonType type;

		private boolean reversible = true;

		void add(BsonDocument document) {
			List<BsonValue> open = ConvertField.this.field.values(document)
				.stream()
				.filter(ConvertField.this::isToConvert)
				.toList();
			open.forEach((value) -> add(value, document));
			this.documents += open.isEmpty() ? 0 : 1;
		}

		private void add(BsonValue value, BsonDocument document) {
			if (isImplausible(value)) {
				this.implausible++;
				if (this.implausibleExamples.size() < EXAMPLES) {
					this.implausibleExamples.add(example(value, document));
				}
				return;
			}
			Optional<BsonValue> converted = Conversions.convert(value, target(), ConvertField.this.unit);
			if (converted.isEmpty()) {
				this.failures.merge(value.getBsonType(), 1L, Long::sum);
				if (this.examples.size() < EXAMPLES) {
					this.examples.add(example(value, document));
				}
				return;
			}
			this.convertible++;
			this.reversible &= (this.type == null || this.type == value.getBsonType())
					&& isReversible(value, converted.get());
			this.type = value.getBsonType();
		}

		private static String example(BsonValue value, BsonDocument document) {
			return "%s in document %s".formatted(BsonFormatter.show(value),
					BsonFormatter.show(WholeDocument.id(document)));
		}

		long failures() {
			return this.failures.values().stream().mapToLong(Long::longValue).sum();
		}

		String failuresByType() {
			return this.failures.entrySet()
				.stream()
				.map((entry) -> "%d of type %s".formatted(entry.getValue(), Conditions.typeName(entry.getKey())))
				.collect(Collectors.joining(", "));
		}

		// The type that an undo can convert back to, null if pre-images are needed
		@Nullable BsonType originalType() {
			return this.reversible ? this.type : null;
		}

	}

}
