package io.gemforce.migrations.mongo.change;

import java.util.HexFormat;

import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.store.Sha256;

/**
 * A change with the form in which it was declared.
 *
 * @param definition the kind of the change and its parameters, as in a file
 * @param change the change
 */
record DeclaredChange(BsonDocument definition, ChangeOperation change) {

	/**
	 * What a definition that is remembered by its hash begins with.
	 */
	static final String HASH = "sha256:";

	private static final int LONGEST_REMEMBERED = 100_000;

	/**
	 * Return the definition in a form that tells every type.
	 */
	String canonical() {
		return Json.canonical(this.definition);
	}

	/**
	 * Return the definition as it is remembered: enough to undo the change by it, or, if
	 * it is long, to notice that it was edited.
	 * @return canonical extended JSON, or {@code sha256:} and its hash
	 */
	String remembered() {
		String canonical = canonical();
		return (canonical.length() <= LONGEST_REMEMBERED) ? canonical : hash(HASH, canonical);
	}

	static String hash(String kind, String text) {
		return kind + HexFormat.of().formatHex(Sha256.of(text));
	}

}
