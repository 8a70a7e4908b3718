package io.gemforce.migrations.mongo.change.preimage;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.Fingerprint;

/**
 * The ids that begin with a prefix.
 *
 * @param prefix the prefix, which ends in {@code #}
 */
record IdRange(String prefix) {

	BsonDocument all() {
		return after(this.prefix);
	}

	/**
	 * Return a filter for the ids after one of them.
	 */
	BsonDocument after(String id) {
		// '$' follows '#' in the order of characters
		return between(id, this.prefix.substring(0, this.prefix.length() - 1) + '$');
	}

	/**
	 * Return a filter for the ids between two of them.
	 */
	static BsonDocument between(String id, String end) {
		return new BsonDocument("_id", new BsonDocument("$gt", new BsonString(id)).append("$lt", new BsonString(end)));
	}

	/**
	 * Return the ids of this range that go on with a word.
	 */
	IdRange of(String word) {
		return new IdRange(this.prefix + word + '#');
	}

	BsonString idOf(BsonValue document) {
		return new BsonString(this.prefix + Fingerprint.text(document));
	}

}
