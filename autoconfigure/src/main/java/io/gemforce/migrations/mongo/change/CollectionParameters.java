package io.gemforce.migrations.mongo.change;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.model.ClusteredIndexOptions;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.TimeSeriesOptions;
import com.mongodb.client.model.ValidationOptions;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * Puts the driver's options of a collection into the words of a file.
 */
final class CollectionParameters {

	private CollectionParameters() {
	}

	static BsonDocument of(BsonDocument parameters, CreateCollectionOptions options) {
		append(parameters, options.getValidationOptions());
		if (options.getCollation() != null) {
			parameters.append("collation", options.getCollation().asDocument());
		}
		appendBounds(parameters, options);
		TimeSeriesOptions series = options.getTimeSeriesOptions();
		if (series != null) {
			parameters.append("timeseries", timeSeries(series));
		}
		ClusteredIndexOptions clustered = options.getClusteredIndexOptions();
		if (clustered != null) {
			parameters.append("clusteredIndex", clustered(clustered));
		}
		if (options.getChangeStreamPreAndPostImagesOptions() != null) {
			parameters.append("changeStreamPreAndPostImages",
					BsonBoolean.valueOf(options.getChangeStreamPreAndPostImagesOptions().isEnabled()));
		}
		long expireAfter = options.getExpireAfter(TimeUnit.SECONDS);
		if (expireAfter > 0) {
			parameters.append("expireAfter", new BsonInt64(expireAfter));
		}
		// So that they are refused like unknown keys of a file
		IndexParameters.appendFlag(parameters, "storageEngine", options.getStorageEngineOptions() != null);
		IndexParameters.appendFlag(parameters, "indexOptionDefaults",
				options.getIndexOptionDefaults().getStorageEngine() != null);
		IndexParameters.appendFlag(parameters, "encryptedFields", options.getEncryptedFields() != null);
		return parameters;
	}

	private static void append(BsonDocument parameters, ValidationOptions options) {
		if (options.getValidator() != null) {
			parameters.append("validator", ChangesBuilder.bson(options.getValidator()));
		}
		if (options.getValidationLevel() != null) {
			parameters.append("level", new BsonString(options.getValidationLevel().getValue()));
		}
		if (options.getValidationAction() != null) {
			parameters.append("action", new BsonString(options.getValidationAction().getValue()));
		}
	}

	private static void appendBounds(BsonDocument parameters, CreateCollectionOptions options) {
		BsonDocument bounds = new BsonDocument();
		Map.of("size", options.getSizeInBytes(), "max", options.getMaxDocuments()).forEach((name, number) -> {
			if (number > 0) {
				bounds.append(name, new BsonInt64(number));
			}
		});
		if (options.isCapped()) {
			parameters.append("capped", bounds);
		}
		// The driver does not send them then
		IndexParameters.appendFlag(parameters, "sizeInBytes", !options.isCapped() && bounds.containsKey("size"));
		IndexParameters.appendFlag(parameters, "maxDocuments", !options.isCapped() && bounds.containsKey("max"));
	}

	private static BsonDocument timeSeries(TimeSeriesOptions options) {
		BsonDocument series = new BsonDocument("timeField", new BsonString(options.getTimeField()));
		if (options.getMetaField() != null) {
			series.append("metaField", new BsonString(options.getMetaField()));
		}
		if (options.getGranularity() != null) {
			series.append("granularity", new BsonString(options.getGranularity().name().toLowerCase(Locale.ROOT)));
		}
		Long span = options.getBucketMaxSpan(TimeUnit.SECONDS);
		if (span != null) {
			series.append("bucketSpan", new BsonInt64(span));
		}
		// One that differs is refused like an unknown key of a file
		Long rounding = options.getBucketRounding(TimeUnit.SECONDS);
		IndexParameters.appendFlag(series, "bucketRounding", rounding != null && !rounding.equals(span));
		return series;
	}

	private static BsonDocument clustered(ClusteredIndexOptions options) {
		BsonDocument index = new BsonDocument("key", ChangesBuilder.bson(options.getKey())).append("unique",
				BsonBoolean.valueOf(options.isUnique()));
		String name = options.getName();
		return (name != null) ? index.append("name", new BsonString(name)) : index;
	}

}
