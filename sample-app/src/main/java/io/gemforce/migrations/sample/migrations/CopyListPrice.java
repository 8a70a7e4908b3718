package io.gemforce.migrations.sample.migrations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import org.bson.Document;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;

/**
 * Copies the price of each gem from PostgreSQL, whose migrations have run before.
 */
@Migration(version = "4", description = "copy list prices to gems", onInterrupted = OnInterrupted.RETRY)
class CopyListPrice implements ReversibleMongoMigration {

	private final JdbcClient jdbc;

	CopyListPrice(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	@Override
	public void up(MongoMigrationContext mongo) {
		Map<Object, Object> cents = this.jdbc.sql("SELECT gem_name, cents FROM list_price")
			.query()
			.listOfRows()
			.stream()
			.collect(Collectors.toMap((row) -> row.get("gem_name"), (row) -> row.get("cents")));
		List<WriteModel<Document>> updates = new ArrayList<>();
		for (Document gem : mongo.collection("Gem").find(Filters.in("name", cents.keySet()))) {
			updates.add(new UpdateOneModel<>(Filters.eq("_id", gem.get("_id")),
					Updates.set("listPrice", cents.get(gem.get("name")))));
		}
		if (!updates.isEmpty()) {
			mongo.collection("Gem").bulkWrite(updates);
		}
		mongo.collection("_SCHEMA").updateOne(Filters.eq("_id", "Gem"), Updates.set("listPrice", "number"));
	}

	@Override
	public void down(MongoMigrationContext mongo) {
		mongo.collection("Gem").updateMany(Filters.exists("listPrice"), Updates.unset("listPrice"));
		mongo.collection("_SCHEMA").updateOne(Filters.eq("_id", "Gem"), Updates.unset("listPrice"));
	}

}
