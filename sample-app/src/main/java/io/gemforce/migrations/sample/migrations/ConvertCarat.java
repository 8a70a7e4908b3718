package io.gemforce.migrations.sample.migrations;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import org.bson.BsonType;
import org.bson.Document;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;

/**
 * Makes a number of the weight, which was a text such as {@code 1.25 ct}.
 */
@Migration(version = "3", description = "convert carat to a number", onInterrupted = OnInterrupted.RETRY)
class ConvertCarat implements ReversibleMongoMigration {

	private static final String UNIT = " ct";

	@Override
	public void up(MongoMigrationContext mongo) {
		convert(mongo.collection("Gem"), BsonType.STRING,
				(gem) -> Double.valueOf(gem.getString("carat").replace(UNIT, "")));
		mongo.collection("_SCHEMA").updateOne(Filters.eq("_id", "Gem"), Updates.set("carat", "number"));
	}

	@Override
	public void down(MongoMigrationContext mongo) {
		convert(mongo.collection("Gem"), BsonType.DOUBLE,
				(gem) -> String.format(Locale.ROOT, "%.2f%s", gem.getDouble("carat"), UNIT));
		mongo.collection("_SCHEMA").updateOne(Filters.eq("_id", "Gem"), Updates.set("carat", "string"));
	}

	private static void convert(MongoCollection<Document> gems, BsonType from, Function<Document, Object> conversion) {
		List<WriteModel<Document>> updates = new ArrayList<>();
		for (Document gem : gems.find(Filters.type("carat", from))) {
			Document unchanged = new Document("_id", gem.get("_id")).append("carat", gem.get("carat"));
			updates.add(new UpdateOneModel<>(unchanged, Updates.set("carat", conversion.apply(gem))));
		}
		if (!updates.isEmpty()) {
			gems.bulkWrite(updates);
		}
	}

}
