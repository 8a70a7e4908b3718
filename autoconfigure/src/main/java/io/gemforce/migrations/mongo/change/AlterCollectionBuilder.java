package io.gemforce.migrations.mongo.change;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import com.mongodb.client.model.TimeSeriesGranularity;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

import io.gemforce.migrations.mongo.MongoChanges.AlterCollection;

/**
 * Puts new options of a collection into the words of a file.
 */
record AlterCollectionBuilder(BsonDocument parameters) implements AlterCollection {

	private AlterCollection set(String key, BsonValue value) {
		this.parameters.append(key, value);
		return this;
	}

	private AlterCollection set(String document, String key, BsonValue value) {
		return set(document, this.parameters.getDocument(document, new BsonDocument()).append(key, value));
	}

	@Override
	public AlterCollection changeStreamPreAndPostImages(boolean enabled) {
		return set("changeStreamPreAndPostImages", BsonBoolean.valueOf(enabled));
	}

	@Override
	public AlterCollection expireAfter(Duration expireAfter) {
		return set("expireAfter", new BsonInt64(expireAfter.toSeconds()));
	}

	@Override
	public AlterCollection expireNever() {
		return set("expireAfter", new BsonString("never"));
	}

	@Override
	public AlterCollection expireExisting() {
		return set("expireExisting", BsonBoolean.TRUE);
	}

	@Override
	public AlterCollection cappedSize(long bytes) {
		return set("capped", "size", new BsonInt64(bytes));
	}

	@Override
	public AlterCollection cappedMax(long documents) {
		return set("capped", "max", new BsonInt64(documents));
	}

	@Override
	public AlterCollection discardOldest() {
		return set("discardOldest", BsonBoolean.TRUE);
	}

	@Override
	public AlterCollection granularity(TimeSeriesGranularity granularity) {
		return set("timeseries", "granularity", new BsonString(granularity.name().toLowerCase(Locale.ROOT)));
	}

	@Override
	public AlterCollection bucketSpan(Duration span) {
		return set("timeseries", "bucketSpan", new BsonInt64(span.toSeconds()));
	}

	@Override
	public AlterCollection on(String collection) {
		return set("on", new BsonString(collection));
	}

	@Override
	public AlterCollection pipeline(List<? extends Bson> pipeline) {
		return set("pipeline", ChangesBuilder.bson(pipeline));
	}

}
