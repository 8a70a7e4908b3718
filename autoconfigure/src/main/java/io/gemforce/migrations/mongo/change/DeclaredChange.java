package io.gemforce.migrations.mongo.change;

import java.util.HexFormat;

import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.store.Sha256;

/**
 * A change with the definition (kind and parameters, as in a file) that declared it.
 */
record DeclaredChange(BsonDocument definition, ChangeOperation change) {

	// Prefix of a definition that is stored as its hash
	static final String HASH = "sha256:";

	private static final int LONGEST_REMEMBERED = 100_000;

	String canonical() {
		return Json.canonical(this.definition);
	}

	// Enough to undo the change; if too long, a hash that only shows whether it was
	// edited
	String remembered() {
		String canonical = canonical();
		return (canonical.length() <= LONGEST_REMEMBERED) ? canonical : hash(HASH, canonical);
	}

	static String hash(String kind, String text) {
		return kind + HexFormat.of().formatHex(Sha256.of(text));
	}

}
