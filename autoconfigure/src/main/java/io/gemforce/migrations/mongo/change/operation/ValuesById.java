package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateManyModel;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.FieldValues;

/**
 * Sets a field of many documents to a value each, by one fast command.
 */
final class ValuesById {

	// A server may search the ids one by one for each document
	private static final int TOGETHER = 100;

	// So many documents of one value are worth a statement of their own
	private static final int ALIKE = 10;

	private final FieldPath field;

	private final Map<ExactValue, List<BsonValue>> idsByValue = new LinkedHashMap<>();

	private final List<BsonValue> without = new ArrayList<>();

	ValuesById(FieldPath field) {
		this.field = field;
	}

	void add(BsonValue id, @Nullable BsonValue value) {
		if (value != null) {
			this.idsByValue.computeIfAbsent(new ExactValue(value), (same) -> new ArrayList<>()).add(id);
		}
		else {
			this.without.add(id);
		}
	}

	/**
	 * Must be called in the transaction that has read the documents.
	 */
	void write(MongoCollection<BsonDocument> collection) {
		List<UpdateManyModel<BsonDocument>> updates = new ArrayList<>();
		List<BsonValue> ids = new ArrayList<>();
		List<BsonValue> values = new ArrayList<>();
		this.idsByValue.forEach((value, alike) -> {
			if (alike.size() >= ALIKE) {
				updates.add(update(alike, value.value()));
			}
			else {
				ids.addAll(alike);
				values.addAll(Collections.nCopies(alike.size(), value.value()));
			}
		});
		for (int first = 0; first < ids.size(); first += TOGETHER) {
			int end = Math.min(first + TOGETHER, ids.size());
			BsonArray some = new BsonArray(ids.subList(first, end));
			BsonDocument value = value(some, new BsonArray(values.subList(first, end)));
			updates.add(new UpdateManyModel<>(Conditions.ids(some), List.of(set(value))));
		}
		if (!this.without.isEmpty()) {
			updates.add(new UpdateManyModel<>(Conditions.ids(this.without), this.field.unset()));
		}
		if (!updates.isEmpty()) {
			collection.bulkWrite(updates);
		}
	}

	private UpdateManyModel<BsonDocument> update(List<BsonValue> alike, BsonValue value) {
		BsonDocument set = new BsonDocument(this.field.text(), value);
		BsonDocument ids = Conditions.ids(alike);
		return FieldValues.areCompound(set) ? new UpdateManyModel<>(ids, FieldValues.pipeline(set, new BsonDocument()))
				: new UpdateManyModel<>(ids, FieldValues.operators(set, new BsonDocument()));
	}

	private BsonDocument set(BsonValue value) {
		return new BsonDocument("$set", new BsonDocument(this.field.text(), value));
	}

	// Avoids position -1, which would be the last one
	private BsonDocument value(BsonArray some, BsonArray own) {
		BsonDocument position = operator("$indexOfArray", literal(some), new BsonString("$_id"));
		BsonString at = new BsonString("$$at");
		return new BsonDocument("$let",
				new BsonDocument("vars", new BsonDocument("at", position)).append("in",
						operator("$cond", operator("$gte", at, new BsonInt32(0)),
								operator("$arrayElemAt", literal(own), at), new BsonString("$" + this.field.text()))));
	}

	private static BsonDocument literal(BsonArray array) {
		return new BsonDocument("$literal", array);
	}

	private static BsonDocument operator(String name, BsonValue... arguments) {
		return new BsonDocument(name, new BsonArray(List.of(arguments)));
	}

}
