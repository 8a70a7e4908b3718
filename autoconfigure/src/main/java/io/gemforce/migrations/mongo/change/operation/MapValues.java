package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import com.mongodb.client.model.CountOptions;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.OnOtherValue;
import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.ValueMapping;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Maps values of a field, or elements of it where it is an array.
 * <p>
 * If each new value stands for one old value, and no document has a new one already, then
 * the undo maps back, and only numbers that it would not restore to the last bit have
 * pre-images. Otherwise all documents have some. If a new value is an old one, too, as in
 * a swap, it is the pre-images that tell what an interrupted attempt has mapped: they are
 * kept even if there will be no undo, until all is mapped.
 *
 * @param others what becomes of values that are neither old nor new ones
 */
public record MapValues(String collection, FieldPath field, ValueMapping values,
		OnOtherValue others) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "mapValues";

	private static final String DERIVED = "derived";

	private static final String MAPPED = "mapped";

	private static final int SHOWN = 3;

	private static final int EXAMPLES = 10;

	private static final String OTHERS_ACTION = "Add these values to 'values', change these documents, or declare "
			+ "'others: keep'";

	public static MapValues of(Parameters parameters) {
		String others = parameters.optionalText("others");
		return new MapValues(parameters.text("collection"), parameters.path("field"),
				ValueMapping.of(parameters.value("values")),
				(others != null) ? OnOtherValue.valueOf(others.toUpperCase(Locale.ROOT)) : OnOtherValue.FAIL);
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		List<ValueMapping.Entry> entries = this.values.changing();
		String more = (entries.size() > SHOWN) ? " and %d more".formatted(entries.size() - SHOWN) : "";
		return "map values of field '%s' of '%s': %s%s%s".formatted(this.field, this.collection,
				entries.stream().limit(SHOWN).map(Object::toString).collect(Collectors.joining(", ")), more,
				(this.others == OnOtherValue.KEEP) ? ", leaving other values" : "");
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered("maps values of '%s' of '%s' back, from pre-images where that is not exact"
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

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, this.values.selected(this.field));
	}

	@Override
	public @Nullable AffectedCount preimages(DocumentCounter counter) {
		AffectedCount there = counter.count(this.collection, this.values.selectedTargets(this.field));
		if (!this.values.isOneToOne() || there.estimated() || there.count() > 0) {
			return touches(counter);
		}
		return this.values.hasNumbers() ? counter.count(this.collection, this.values.selectedInexact(this.field))
				: null;
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isEmpty()) {
			step.begin(new BsonDocument());
			return;
		}
		new EnclosingDocuments(this.field).requireNoArrays(step, this.collection, Conditions.exists(this.field));
		boolean resumed = step.isBegun();
		if (!resumed) {
			step.begin(look(step, info.get()));
		}
		else {
			step.unpack();
		}
		if (!step.isNoted(MAPPED)) {
			map(step, info.get(), resumed);
		}
		if (!step.isRemembering() && this.values.isChained()) {
			// Without its pre-images an attempt that resumes this one would map again
			step.note(step.notes().clone().append(MAPPED, BsonBoolean.TRUE));
			step.forget();
		}
		if (this.others == OnOtherValue.FAIL) {
			others(step, info.get(), "have come to have").ifPresent((found) -> {
				throw step.failed(found + ". These are left as they are, all others are mapped", OTHERS_ACTION);
			});
		}
	}

	private void map(OperationContext step, CollectionInfo info, boolean resumed) throws Exception {
		boolean derived = step.isNoted(DERIVED);
		ValueMapper mapper = new ValueMapper(step, info, this.field, this.values);
		if (derived || (!step.isRemembering() && !this.values.isChained())) {
			mapper.mapAtOnce();
		}
		mapper.mapInBatches(resumed, derived);
	}

	private BsonDocument look(OperationContext step, CollectionInfo info) {
		if (this.others == OnOtherValue.FAIL) {
			others(step, info, "have").ifPresent((found) -> {
				throw step.refused(found, OTHERS_ACTION);
			});
		}
		BsonDocument selected = this.values.selected(this.field);
		new Validators(info).requirePass(step, selected, List.of(new BsonDocument("$addFields",
				new BsonDocument(this.field.text(), this.values.expression(this.field)))));
		boolean derived = step.isRemembering() && this.values.isOneToOne()
				&& step.ids(this.collection, this.values.selectedTargets(this.field), 1).isEmpty();
		if (step.isRemembering()) {
			step.requireRoomFor(derived ? inexact(step) : step.collection(this.collection).countDocuments(selected));
		}
		step.forget();
		return new BsonDocument(DERIVED, BsonBoolean.valueOf(derived));
	}

	private long inexact(OperationContext step) {
		return this.values.hasNumbers()
				? step.collection(this.collection).countDocuments(this.values.selectedInexact(this.field)) : 0;
	}

	// A collation would take some of them for old or new values
	private Optional<String> others(OperationContext step, CollectionInfo info, String have) {
		BsonDocument unselected = this.values.unselected(this.field);
		List<String> examples = new ArrayList<>();
		step.collection(this.collection)
			.find(unselected)
			.collation(info.exactCollation())
			.projection(new BsonDocument(this.field.text(), new BsonInt32(1)))
			.limit(EXAMPLES)
			.forEach((document) -> examples
				.add("%s in document %s".formatted(shown(document), BsonFormatter.show(WholeDocument.id(document)))));
		if (examples.isEmpty()) {
			return Optional.empty();
		}
		long count = step.collection(this.collection)
			.countDocuments(unselected, new CountOptions().collation(info.exactCollation()));
		return Optional
			.of("%d document(s) of '%s' %s a value in '%s' that is neither an old nor a new one, for example %s"
				.formatted(count, this.collection, have, this.field, String.join(", ", examples)));
	}

	private String shown(BsonDocument document) {
		return Optional.ofNullable(this.field.find(document)).map(BsonFormatter::show).orElse("one");
	}

	@Override
	public void down(OperationContext step) throws Exception {
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isEmpty()) {
			return;
		}
		new PreimageRestorer(step, this.collection, List.of(this.field.top())).run();
		if (step.isNoted(DERIVED)) {
			new ValueMapper(step, info.get(), this.field, this.values.inverse()).mapBack();
		}
	}

}
