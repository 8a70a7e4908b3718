package io.gemforce.migrations.mongo.change.document;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

import com.mongodb.client.AggregateIterable;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Counts the documents that a filter of the author's selects.
 */
public record DocumentCount(MongoDatabase database, String collection, BsonDocument filter) {

	// Not allowed in an aggregation, which the driver uses to count
	private static final Set<String> ONLY_IN_QUERIES = Set.of("$where", "$near", "$nearSphere");

	public long get() {
		if (!isOnlyForQueries(this.filter)) {
			return this.database.getCollection(this.collection, BsonDocument.class).countDocuments(this.filter);
		}
		return this.database
			.runCommand(new BsonDocument("count", new BsonString(this.collection)).append("query", this.filter),
					BsonDocument.class)
			.getNumber("n")
			.longValue();
	}

	/**
	 * Count by an aggregation that has more than the filter.
	 */
	public long get(UnaryOperator<AggregateIterable<BsonDocument>> options) {
		List<BsonDocument> pipeline = List.of(new BsonDocument("$match", this.filter),
				new BsonDocument("$count", new BsonString("n")));
		BsonDocument found = options
			.apply(this.database.getCollection(this.collection, BsonDocument.class).aggregate(pipeline))
			.first();
		return (found != null) ? found.getNumber("n").longValue() : 0;
	}

	private static boolean isOnlyForQueries(BsonValue part) {
		if (part.isDocument()) {
			return part.asDocument()
				.entrySet()
				.stream()
				.anyMatch((entry) -> ONLY_IN_QUERIES.contains(entry.getKey()) || isOnlyForQueries(entry.getValue()));
		}
		return part.isArray() && part.asArray().stream().anyMatch(DocumentCount::isOnlyForQueries);
	}

}
