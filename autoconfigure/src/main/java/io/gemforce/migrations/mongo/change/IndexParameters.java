package io.gemforce.migrations.mongo.change;

import java.util.concurrent.TimeUnit;

import com.mongodb.client.model.IndexOptions;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.conversions.Bson;

/**
 * The options of an index in the words of files.
 */
final class IndexParameters {

	private IndexParameters() {
	}

	static BsonDocument of(BsonDocument parameters, Bson keys, IndexOptions options) {
		parameters.append("keys", ChangesBuilder.bson(keys));
		if (options.getName() != null) {
			parameters.append("name", new BsonString(options.getName()));
		}
		appendFlag(parameters, "unique", options.isUnique());
		if (options.getPartialFilterExpression() != null) {
			parameters.append("partialFilter", ChangesBuilder.bson(options.getPartialFilterExpression()));
		}
		Long expireAfter = options.getExpireAfter(TimeUnit.SECONDS);
		if (expireAfter != null) {
			parameters.append("expireAfter", new BsonInt64(expireAfter));
		}
		appendFlag(parameters, "sparse", options.isSparse());
		if (options.getCollation() != null) {
			parameters.append("collation", options.getCollation().asDocument());
		}
		appendFlag(parameters, "hidden", options.isHidden());
		if (options.getWeights() != null) {
			parameters.append("weights", ChangesBuilder.bson(options.getWeights()));
		}
		if (options.getDefaultLanguage() != null) {
			parameters.append("defaultLanguage", new BsonString(options.getDefaultLanguage()));
		}
		if (options.getLanguageOverride() != null) {
			parameters.append("languageOverride", new BsonString(options.getLanguageOverride()));
		}
		if (options.getWildcardProjection() != null) {
			parameters.append("wildcardProjection", ChangesBuilder.bson(options.getWildcardProjection()));
		}
		appendUnknown(parameters, options);
		return parameters;
	}

	static void appendFlag(BsonDocument parameters, String name, boolean value) {
		if (value) {
			parameters.append(name, BsonBoolean.TRUE);
		}
	}

	// So that they are refused like unknown keys of a file
	private static void appendUnknown(BsonDocument parameters, IndexOptions options) {
		appendFlag(parameters, "background", options.isBackground());
		appendFlag(parameters, "version", options.getVersion() != null);
		appendFlag(parameters, "textVersion", options.getTextVersion() != null);
		appendFlag(parameters, "sphereVersion", options.getSphereVersion() != null);
		appendFlag(parameters, "bits", options.getBits() != null);
		appendFlag(parameters, "min", options.getMin() != null);
		appendFlag(parameters, "max", options.getMax() != null);
		appendFlag(parameters, "storageEngine", options.getStorageEngine() != null);
	}

}
