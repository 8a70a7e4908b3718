package io.gemforce.migrations.mongo.change.catalog;

import com.mongodb.client.model.Collation;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A collection, a view or a time series as the server lists it.
 *
 * @param type {@code collection}, {@code view} or {@code timeseries}
 * @param options the options that it was created with, and its validator
 * @param uuid the identity of a collection, {@code null} if the server does not tell
 */
public record CollectionInfo(String name, String type, BsonDocument options, @Nullable BsonBinary uuid) {

	public static CollectionInfo of(BsonDocument listed) {
		BsonValue uuid = listed.getDocument("info", new BsonDocument()).get("uuid");
		return new CollectionInfo(listed.getString("name").getValue(),
				listed.getString("type", new BsonString("collection")).getValue(),
				listed.getDocument("options", new BsonDocument()),
				(uuid != null && uuid.isBinary()) ? uuid.asBinary() : null);
	}

	/**
	 * Why changes of documents do not touch this; {@code null} if they do.
	 */
	public @Nullable String peculiarity() {
		return isView() ? "a view"
				: isTimeSeries() ? "a time-series collection" : isCapped() ? "a capped collection" : null;
	}

	public boolean isView() {
		return this.type.equals("view");
	}

	public boolean isTimeSeries() {
		return this.type.equals("timeseries") || this.options.containsKey("timeseries");
	}

	public boolean isCapped() {
		BsonValue capped = this.options.get("capped");
		return capped != null && capped.isBoolean() && capped.asBoolean().getValue();
	}

	public boolean isClustered() {
		return this.options.containsKey("clusteredIndex");
	}

	public @Nullable BsonDocument collation() {
		return collation(this.options);
	}

	public static @Nullable BsonDocument collation(BsonDocument options) {
		return options.isDocument("collation") ? options.getDocument("collation") : null;
	}

	/**
	 * The collation that compares strings exactly, {@code null} if that is what the
	 * collection does by itself.
	 */
	public @Nullable Collation exactCollation() {
		return (collation() != null) ? Collation.builder().locale("simple").build() : null;
	}

	public boolean isSame(@Nullable BsonValue otherUuid) {
		return this.uuid != null && this.uuid.equals(otherUuid);
	}

}
