package io.gemforce.migrations.mongo.change;

// The description is a sentence with a period
record Parameter(String name, ParameterType type, boolean isRequired, String description) {

	static Parameter required(String name, ParameterType type, String description) {
		return new Parameter(name, type, true, description);
	}

	static Parameter optional(String name, ParameterType type, String description) {
		return new Parameter(name, type, false, description);
	}

}
