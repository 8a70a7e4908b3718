package io.gemforce.migrations.mongo.change;

import java.util.Optional;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;

import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * When a file of changes counts: only in some profiles, or with some property.
 */
record FileCondition(@Nullable String profile, @Nullable String property) {

	private static final String PROFILE = "profile";

	private static final String PROPERTY = "property";

	static FileCondition of(BsonDocument definition) {
		Parameters when = new Parameters(definition.getDocument("when", new BsonDocument()));
		return new FileCondition(when.optionalText(PROFILE), when.optionalText(PROPERTY));
	}

	static void check(BsonDocument when, DefinitionCursor cursor) {
		when.forEach((key, value) -> {
			if (!key.equals(PROFILE) && !key.equals(PROPERTY)) {
				cursor.to(key).wrongKey("'when' has no key '%s'".formatted(key), "Write profile or property");
			}
			else {
				checkText(key, value, cursor.to(key));
			}
		});
		if (when.isEmpty()) {
			cursor.wrong("'when' is empty", "Write for example {profile: prod}, or {property: orders.enabled}");
		}
	}

	private static void checkText(String key, BsonValue value, DefinitionCursor cursor) {
		if (!value.isString() || value.asString().getValue().isBlank()) {
			cursor.wrong("'%s' must be a text but is %s".formatted(key, BsonFormatter.describe(value)),
					"Put it in quotes if it is meant as a text");
		}
		else if (key.equals(PROFILE)) {
			try {
				Profiles.of(value.asString().getValue());
			}
			catch (IllegalArgumentException ex) {
				cursor.wrong("'%s' is no expression of profiles".formatted(value.asString().getValue()),
						"Write for example prod, '!test' or 'prod & eu'");
			}
		}
	}

	/**
	 * Why the file does not count; empty if it does.
	 */
	Optional<String> unmet(Environment environment) {
		if (this.profile != null && !environment.acceptsProfiles(Profiles.of(this.profile))) {
			return Optional.of("profile '%s' is not active".formatted(this.profile));
		}
		if (this.property != null && !isSet(this.property, environment)) {
			return Optional.of("property '%s' is not set so".formatted(this.property));
		}
		return Optional.empty();
	}

	// As for beans: with a value, it must be that one, else anything but 'false'
	private static boolean isSet(String property, Environment environment) {
		int equals = property.indexOf('=');
		String value = environment.getProperty((equals < 0) ? property : property.substring(0, equals).strip());
		if (value == null) {
			return false;
		}
		return (equals < 0) ? !value.equalsIgnoreCase("false")
				: value.equalsIgnoreCase(property.substring(equals + 1).strip());
	}

}
