package io.gemforce.migrations.mongo.change;

/**
 * A key of a definition, as users write it.
 *
 * @param name the name
 * @param type what may be its value
 * @param isRequired whether it must be there
 * @param description what it means, a sentence with a period
 */
record Key(String name, KeyType type, boolean isRequired, String description) {

	static Key required(String name, KeyType type, String description) {
		return new Key(name, type, true, description);
	}

	static Key optional(String name, KeyType type, String description) {
		return new Key(name, type, false, description);
	}

}
