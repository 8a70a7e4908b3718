package io.gemforce.migrations.sample.migrations;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import org.bson.Document;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;

/**
 * The procedures' first example. Parse Server keeps the fields of a class in
 * {@code _SCHEMA}, so they are renamed there, too.
 */
@Migration(version = "1", description = "rename oldFieldName to newFieldName", onInterrupted = OnInterrupted.RETRY)
class RenameOldFieldName implements ReversibleMongoMigration {

	@Override
	public void up(MongoMigrationContext mongo) {
		rename(mongo, "oldFieldName", "newFieldName");
	}

	@Override
	public void down(MongoMigrationContext mongo) {
		rename(mongo, "newFieldName", "oldFieldName");
	}

	private static void rename(MongoMigrationContext mongo, String from, String to) {
		MongoCollection<Document> objects = mongo.collection("MyClass");
		objects.updateMany(Filters.exists(from), Updates.rename(from, to));
		mongo.collection("_SCHEMA")
			.updateOne(Filters.and(Filters.eq("_id", "MyClass"), Filters.exists(from)), Updates.rename(from, to));
	}

}
