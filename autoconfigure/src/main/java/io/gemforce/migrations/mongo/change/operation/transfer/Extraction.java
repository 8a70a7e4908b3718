package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.DeleteOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.UpdateOptions;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.Batches;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.operation.EnclosingDocuments;
import io.gemforce.migrations.mongo.change.operation.Validators;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Inserts the elements of arrays and removes the arrays as they were read, in batches.
 */
final class Extraction {

	private static final int EXAMPLES = 10;

	private static final String REMEDY = "Change these documents, or write a bean that implements MongoMigration";

	private final OperationContext step;

	private final ExtractElements change;

	private final ElementDocuments elements;

	private final BsonDocument selected;

	private @Nullable Collation exactSource;

	private @Nullable Collation exactTarget;

	Extraction(OperationContext step, ExtractElements change) {
		this.step = step;
		this.change = change;
		this.elements = new ElementDocuments(change.reference(), change.position());
		this.selected = Conditions.exists(change.field());
	}

	void run() throws Exception {
		Optional<CollectionInfo> source = this.step.find(this.change.collection());
		Optional<CollectionInfo> target = this.step.find(this.change.into());
		boolean resumed = this.step.isBegun();
		if (!resumed) {
			source.ifPresent(this::check);
			this.step.forget();
			this.step.begin(CreatedCollection.note(source.isEmpty() || target.isPresent()));
		}
		if (source.isEmpty()) {
			return;
		}
		if (target.isEmpty()) {
			TransferTarget.create(this.step, this.change.into(), source.get());
		}
		this.exactSource = source.get().exactCollation();
		this.exactTarget = target.orElse(source.get()).exactCollation();
		if (resumed) {
			this.step.unpack();
		}
		BsonDocument arrays = Conditions.all(Conditions.isArray(this.change.field()),
				new EnclosingDocuments(this.change.field()).clear());
		try {
			batches(arrays).forEach((documents, again) -> extract(documents, again || resumed));
		}
		catch (MongoException ex) {
			throw TransferTarget.explained(this.step, this.change.into(), ex);
		}
		this.step.requireNoneLeft(this.change.collection(), this.selected,
				"have come to have '%s' with something that cannot be extracted: no array, an element that is no document, "
					.formatted(this.change.field())
						+ "or one of the _id of another document of '%s'".formatted(this.change.into()),
				REMEDY);
	}

	private Batches batches(BsonDocument documents) {
		return Batches.ofFields(this.step, this.change.collection(), documents, List.of(this.change.field().text()));
	}

	private void check(CollectionInfo source) {
		new EnclosingDocuments(this.change.field()).requireNoArrays(this.step, this.change.collection(), this.selected);
		if (this.step.isRemembering()) {
			this.step.requireRoomFor(this.step.collection(this.change.collection()).countDocuments(this.selected));
		}
		List<String> wrong = new ArrayList<>();
		batches(this.selected).look((documents) -> look(documents, wrong));
		if (!wrong.isEmpty()) {
			throw this.step.refused("'%s' of documents of '%s' cannot be extracted: %s".formatted(this.change.field(),
					this.change.collection(), String.join(", ", wrong)), REMEDY);
		}
		new Validators(source).requirePass(this.step, this.selected, FieldEdit.remove(this.change.field()).stages());
	}

	private void look(List<BsonDocument> documents, List<String> wrong) {
		List<Parent> parents = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonValue value = this.change.field().find(document);
			String obstacle = (value != null) ? this.elements.obstacle(value) : null;
			if (obstacle != null && wrong.size() < EXAMPLES) {
				wrong.add("that of %s %s".formatted(BsonFormatter.show(WholeDocument.id(document)), obstacle));
			}
			else if (value != null && obstacle == null) {
				parents.add(parent(document, value));
			}
		}
		Map<ExactValue, BsonDocument> there = there(parents);
		there.keySet()
			.stream()
			.limit(Math.max(0, EXAMPLES - wrong.size()))
			.forEach((id) -> wrong
				.add("'%s' has a document %s".formatted(this.change.into(), BsonFormatter.show(id.value()))));
	}

	private Parent parent(BsonDocument document, BsonValue value) {
		BsonValue id = WholeDocument.id(document);
		return new Parent(id, value, this.elements.of(id, value.asArray()));
	}

	private MongoCollection<BsonDocument> target() {
		return this.step.collection(this.change.into());
	}

	private Map<ExactValue, BsonDocument> there(List<Parent> parents) {
		return Transferred.byId(Batches.read(target(),
				parents.stream().flatMap((parent) -> parent.made().stream()).map(WholeDocument::id).toList(),
				List.of()));
	}

	private boolean extract(List<BsonDocument> documents, boolean again) {
		List<Parent> parents = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonValue value = this.change.field().find(document);
			if (value != null && this.elements.obstacle(value) == null) {
				parents.add(parent(document, value));
			}
		}
		if (again) {
			withdrawOutdated(parents);
		}
		Map<ExactValue, BsonDocument> there = there(parents);
		Set<ExactValue> taken = new HashSet<>();
		List<Parent> possible = parents.stream().filter((parent) -> parent.isPossible(there, again, taken)).toList();
		if (possible.isEmpty()) {
			return true;
		}
		if (this.step.isRemembering()) {
			this.step.keep(possible.stream()
				.map((parent) -> Preimage.ofField(parent.id(), this.change.field(), parent.value(), null))
				.toList(), again);
		}
		List<BsonDocument> inserts = possible.stream()
			.flatMap((parent) -> parent.made().stream())
			.filter((document) -> !there.containsKey(ExactValue.idOf(document)))
			.toList();
		if (!inserts.isEmpty() && !insert(inserts)) {
			return false;
		}
		return this.step.hasTransactions() ? removeTogether(possible) : removeOneByOne(possible);
	}

	// What an interrupted attempt has inserted may not be what there is now
	private void withdrawOutdated(List<Parent> parents) {
		Map<ExactValue, Preimage> earlier = this.step.preimages().find(parents.stream().map(Parent::id).toList());
		for (Parent parent : parents) {
			Preimage preimage = earlier.get(new ExactValue(parent.id()));
			BsonValue before = (preimage != null) ? preimage.fields().get(0).before() : null;
			if (before != null && !ExactValue.same(before, parent.value())) {
				withdraw(this.elements.of(parent.id(), before.asArray()));
			}
		}
	}

	private void withdraw(List<BsonDocument> documents) {
		if (!documents.isEmpty()) {
			target().bulkWrite(documents.stream()
				.map((document) -> new DeleteOneModel<BsonDocument>(WholeDocument.unchanged(document),
						new DeleteOptions().collation(this.exactTarget)))
				.toList());
		}
	}

	private boolean insert(List<BsonDocument> inserts) {
		try {
			target().insertMany(inserts, new InsertManyOptions().ordered(false));
			return true;
		}
		catch (MongoBulkWriteException ex) {
			boolean taken = !this.step.hasTransactions() && ex.getWriteConcernError() == null && ex.getWriteErrors()
				.stream()
				.allMatch((error) -> TransferTarget.isTaken(target(), error.getCode(), inserts.get(error.getIndex())));
			if (!taken) {
				throw ex;
			}
			return false;
		}
	}

	private boolean removeTogether(List<Parent> parents) {
		return this.step.collection(this.change.collection())
			.updateMany(Conditions.ids(parents.stream().map(Parent::id).toList()), this.change.field().unset())
			.getMatchedCount() == parents.size();
	}

	private boolean removeOneByOne(List<Parent> parents) {
		boolean all = true;
		for (Parent parent : parents) {
			boolean removed = this.step.collection(this.change.collection())
				.updateOne(
						Conditions.all(Conditions.id(parent.id()),
								Conditions.unchanged(this.change.field(), parent.value())),
						this.change.field().unset(), new UpdateOptions().collation(this.exactSource))
				.getMatchedCount() == 1;
			if (!removed) {
				withdraw(parent.made());
				this.step.preimages().delete(List.of(parent.id()));
			}
			all &= removed;
		}
		return all;
	}

	/**
	 * A document with its array, and what becomes of the elements.
	 */
	private record Parent(BsonValue id, BsonValue value, List<BsonDocument> made) {

		// What an attempt that was interrupted has inserted is there already
		boolean isPossible(Map<ExactValue, BsonDocument> there, boolean again, Set<ExactValue> taken) {
			Set<ExactValue> own = new HashSet<>();
			for (BsonDocument document : this.made) {
				ExactValue key = ExactValue.idOf(document);
				BsonDocument found = there.get(key);
				boolean inTheWay = found != null && !(again && Transferred.same(found, document));
				if (inTheWay || taken.contains(key) || !own.add(key)) {
					return false;
				}
			}
			taken.addAll(own);
			return true;
		}

	}

}
