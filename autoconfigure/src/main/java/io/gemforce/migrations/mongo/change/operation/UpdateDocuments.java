package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.ArrayFilters;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.DocumentCount;
import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Updates documents by the author's operators or pipeline. With a {@code down} that is
 * one command of the server; without one the update is made in batches, with pre-images
 * of the fields at the top that it changes.
 *
 * @param down operators, or a pipeline, {@code null} if there is none
 * @param downArrayFilters those of {@code down}, {@code null} if they are among those of
 * the update
 */
public record UpdateDocuments(UpdateCommand up, @Nullable BsonValue down, BsonDocument downFilter,
		@Nullable List<BsonDocument> downArrayFilters, boolean declaredIdempotent) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "update";

	private static final Log logger = LogFactory.getLog(UpdateDocuments.class);

	private static final String CHANGED = "changed";

	private static final String VAIN = "which finds none of the documents that 'up' has changed: add a 'downFilter' that does";

	private static final String COLLATED = "an update with a 'collation' has no reverse without 'down': by such rules "
			+ "different ids may be the same, so that no pre-images can be kept";

	public static UpdateDocuments of(Parameters parameters) {
		BsonDocument filter = parameters.value("filter").asDocument();
		BsonDocument downFilter = parameters.optionalDocument("downFilter");
		UpdateCommand up = new UpdateCommand(parameters.text("collection"), filter, parameters.value("up"),
				UpdateSettings.of(parameters));
		return new UpdateDocuments(up, parameters.optionalValue("down"), (downFilter != null) ? downFilter : filter,
				parameters.has("downArrayFilters") ? parameters.documents("downArrayFilters") : null,
				parameters.flag("idempotent"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	private String collection() {
		return this.up.collection();
	}

	private @Nullable UpdateCommand downCommand() {
		return (this.down != null) ? new UpdateCommand(collection(), this.downFilter, this.down,
				this.up.settings().forUndo(this.down, this.downArrayFilters)) : null;
	}

	@Override
	public String summary() {
		return "update documents of '%s' where %s: %s%s".formatted(collection(), BsonFormatter.show(this.up.filter()),
				BsonFormatter.show(this.up.update()),
				this.up.settings().upsert() ? ", or insert one if there is none" : "");
	}

	@Override
	public List<String> collections() {
		return List.of(collection());
	}

	@Override
	public Reverse reverse() {
		String upserted = this.up.settings().upsert()
				? "; deletes the document instead, if it was inserted and not changed since" : "";
		if (this.down != null) {
			return Reverse.declared("updates documents of '%s' where %s: %s%s%s".formatted(collection(),
					BsonFormatter.show(this.downFilter), BsonFormatter.show(this.down), isVain() ? ", " + VAIN : "",
					upserted));
		}
		return isCollated() ? Reverse.none(COLLATED) : Reverse
			.remembered("restores the changed fields of '%s' from pre-images%s".formatted(collection(), upserted));
	}

	private boolean isCollated() {
		return this.up.settings().collation() != null;
	}

	private boolean isVain() {
		return this.down != null && UpdateOperators.contradicts(this.up.update(), this.downFilter);
	}

	@Override
	public boolean isIdempotent() {
		return this.declaredIdempotent || (UpdateOperators.areIdempotent(this.up.update())
				&& (this.down == null || UpdateOperators.areIdempotent(this.down)));
	}

	@Override
	public List<String> needs() {
		String actions = this.up.settings().upsert()
				? "find, insert, update, remove, createCollection, renameCollectionSameDB, dropCollection"
				: "find, update";
		List<String> needs = new ArrayList<>(PlanPhrases.privileges(actions, collection()));
		if (!isIdempotent()) {
			needs.add(PlanPhrases.TRANSACTIONS);
		}
		return List.copyOf(needs);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(collection());
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		UpdateSettings settings = this.up.settings();
		if (settings.upsert()) {
			return counter.exactly(1);
		}
		return settings.isSelecting() ? counter.count(collection(), this.up.filter(), settings::aggregating)
				: counter.count(collection(), this.up.filter());
	}

	@Override
	public @Nullable AffectedCount preimages(DocumentCounter counter) {
		return keepsPreimages() ? touches(counter) : null;
	}

	@Override
	public boolean keepsPreimages() {
		return this.down == null && !isCollated();
	}

	@Override
	public void check(DefinitionCursor cursor) {
		ArrayFilters.check(this.up.update(), this.up.settings().arrayFilters(), cursor.to("up"),
				cursor.to("arrayFilters"));
		UpdateCommand down = downCommand();
		if (down != null) {
			ArrayFilters.check(down.update(), down.settings().arrayFilters(), cursor.to("down"),
					cursor.to("downArrayFilters"));
		}
		else if (!this.downFilter.equals(this.up.filter())) {
			cursor.to("downFilter")
				.wrongKey("'downFilter' is of no use without 'down'", "Add 'down', or remove 'downFilter'");
		}
		else if (this.downArrayFilters != null) {
			cursor.to("downArrayFilters")
				.wrongKey("'downArrayFilters' is of no use without 'down'", "Add 'down', or remove 'downArrayFilters'");
		}
		if (this.up.settings().upsert() && Upsert.id(this.up.filter()) == null) {
			cursor.to("filter")
				.wrong("an upsert must select a document by its '_id' and nothing else, so that a repeat does the same",
						"Write for example {_id: settings}, and what else the document needs into 'up'");
		}
	}

	@Override
	public void up(OperationContext step) throws Exception {
		boolean there = step.find(collection()).isPresent();
		if (isVain() && step.isRemembering()) {
			logger.warn("The update of '%s' has a 'down' %s".formatted(collection(), VAIN));
		}
		boolean upserting = this.up.settings().upsert();
		if (upserting && step.isRemembering() && new Upsert(this.up, isIdempotent()).make(step, there)) {
			return;
		}
		if (!there && !upserting) {
			step.begin(new BsonDocument());
		}
		else if (step.isRemembering() && keepsPreimages()) {
			boolean resumed = step.isBegun();
			if (!resumed) {
				step.requireRoomFor(count(step));
				step.forget();
				step.begin(new BsonDocument());
			}
			new RememberedUpdate(this.up, isIdempotent()).make(step, resumed);
		}
		else {
			// A document to insert is noted if it is to be undone
			update(step, step.isRemembering() ? this.up.withoutUpsert() : this.up);
		}
	}

	private void update(OperationContext step, UpdateCommand command) throws Exception {
		boolean resumed = step.isBegun();
		if (!isIdempotent() && step.hasTransactions()) {
			AtomicLong changed = new AtomicLong();
			step.onceInTransaction(new BsonDocument(), () -> changed.set(command.run(step).getModifiedCount()));
			step.noteLater(CHANGED, new BsonInt64(changed.get()));
			return;
		}
		if (!resumed) {
			step.begin(new BsonDocument());
		}
		long changed = command.run(step).getModifiedCount();
		if (!resumed) {
			step.noteLater(CHANGED, new BsonInt64(changed));
		}
	}

	private long count(OperationContext step) {
		DocumentCount count = new DocumentCount(step.database(), collection(), this.up.filter());
		return this.up.settings().isSelecting() ? count.get(this.up.settings()::aggregating) : count.get();
	}

	@Override
	public void down(OperationContext step) throws Exception {
		Optional<BsonDocument> inserted = Upsert.inserted(step);
		UpdateCommand down = downCommand();
		if (inserted.isPresent()) {
			new Upsert(this.up, isIdempotent()).undo(step, inserted.get());
		}
		else if (step.find(collection()).isEmpty()) {
			return;
		}
		else if (down == null) {
			RememberedUpdate update = new RememberedUpdate(this.up, isIdempotent());
			step.preimages().forEach((preimages) -> update.complete(step, preimages));
			new PreimageRestorer(step, collection(), List.of()).run();
		}
		else if (!isIdempotent() && step.hasTransactions()) {
			AtomicLong found = new AtomicLong();
			step.downOnceInTransaction(() -> found.set(down.run(step).getMatchedCount()));
			requireFound(step, found.get());
		}
		else {
			requireFound(step, down.run(step).getMatchedCount());
		}
	}

	// An interrupted attempt may have undone all of it before
	private void requireFound(OperationContext step, long found) {
		long changed = step.notes().getNumber(CHANGED, new BsonInt64(0)).longValue();
		if (found == 0 && changed > 0 && !step.isResumed()) {
			step.conflict("'%s': 'down' has found none of the %d document%s that 'up' has changed, where %s"
				.formatted(collection(), changed, (changed == 1) ? "" : "s", BsonFormatter.show(this.downFilter)));
		}
	}

}
