package io.gemforce.migrations.mongo.change;

/**
 * A key of a definition, as users write it.
 *
 * @param name the name
 * @param type what may be its value
 * @param isRequired whether it must be there
 * @param description what it means, a sentence with a period
 */
record Parameter(String name, ParameterType type, boolean isRequired, String description) {

	static Parameter required(String name, ParameterType type, String description) {
		return new Parameter(name, type, true, description);
	}

	static Parameter optional(String name, ParameterType type, String description) {
		return new Parameter(name, type, false, description);
	}

}
