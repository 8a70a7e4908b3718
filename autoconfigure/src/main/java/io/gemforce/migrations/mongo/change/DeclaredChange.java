package io.gemforce.migrations.mongo.change;

import java.util.HexFormat;

import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.document.Secrets;
import io.gemforce.migrations.mongo.change.operation.collection.RunCommand;
import io.gemforce.migrations.store.Sha256;

/**
 * A change with the definition (kind and parameters, as in a file) that declared it.
 */
record DeclaredChange(BsonDocument definition, ChangeOperation change) {

	// Prefix of a definition that is stored as its hash
	static final String HASH = "sha256:";

	private static final int LONGEST_REMEMBERED = 100_000;

	/**
	 * The definition without secrets.
	 */
	BsonDocument shown() {
		return this.change.canHoldSecrets() ? Secrets.redact(this.definition) : this.definition;
	}

	boolean holdsSecret() {
		return !shown().equals(this.definition);
	}

	// A secret may change without a change of what the migration does. A command of the
	// application's database is told by all of it, as it always was
	BsonDocument compared() {
		return this.change.kind().equals(RunCommand.ADMIN_KIND) ? shown() : this.definition;
	}

	// Enough to undo the change; if too long, or secret, a hash that only shows an edit
	String remembered() {
		String canonical = Json.canonical(shown());
		return (canonical.length() <= LONGEST_REMEMBERED && !holdsSecret()) ? canonical : hash(HASH, canonical);
	}

	// Also as an earlier version of this library has remembered it
	boolean isRememberedAs(@Nullable String text) {
		return remembered().equals(text) || Json.canonical(this.definition).equals(text);
	}

	static String hash(String kind, String text) {
		return kind + HexFormat.of().formatHex(Sha256.of(text));
	}

}
