package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateManyModel;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;

/**
 * Sets a field of many documents to a different value each, by one fast command.
 */
final class ValuesById {

	// A server may search the ids one by one for each document
	private static final int TOGETHER = 100;

	private final FieldPath field;

	private final BsonArray ids = new BsonArray();

	private final BsonArray values = new BsonArray();

	private final List<BsonValue> without = new ArrayList<>();

	ValuesById(FieldPath field) {
		this.field = field;
	}

	void add(BsonValue id, @Nullable BsonValue value) {
		if (value != null) {
			this.ids.add(id);
			this.values.add(value);
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
		for (int first = 0; first < this.ids.size(); first += TOGETHER) {
			int end = Math.min(first + TOGETHER, this.ids.size());
			BsonArray some = new BsonArray(this.ids.subList(first, end));
			BsonDocument value = value(some, new BsonArray(this.values.subList(first, end)));
			updates.add(new UpdateManyModel<>(Conditions.ids(some),
					List.of(new BsonDocument("$set", new BsonDocument(this.field.text(), value)))));
		}
		if (!this.without.isEmpty()) {
			updates.add(new UpdateManyModel<>(Conditions.ids(this.without), this.field.unset()));
		}
		if (!updates.isEmpty()) {
			collection.bulkWrite(updates);
		}
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
