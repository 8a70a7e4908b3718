package io.gemforce.migrations.mongo.change.preimage;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.Fingerprint;

/**
 * The ids that begin with a prefix, which ends in {@code #}.
 */
record IdRange(String prefix) {

	BsonDocument all() {
		return after(this.prefix);
	}

	BsonDocument after(String id) {
		// '$' follows '#' in the order of characters
		return between(id, this.prefix.substring(0, this.prefix.length() - 1) + '$');
	}

	static BsonDocument between(String id, String end) {
		return new BsonDocument("_id", new BsonDocument("$gt", new BsonString(id)).append("$lt", new BsonString(end)));
	}

	// The ids of this range that continue with a word
	IdRange of(String word) {
		return new IdRange(this.prefix + word + '#');
	}

	BsonString idOf(BsonValue document) {
		return new BsonString(this.prefix + Fingerprint.text(document));
	}

}
