package io.gemforce.migrations.store;

import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonValue;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;

/**
 * A migration that another one requires to be applied before.
 */
public record Requirement(StoreName store, Version version) {

	public static Optional<Requirement> parse(String text) {
		int colon = text.indexOf(':');
		if (colon < 0) {
			return Optional.empty();
		}
		return StoreName.find(text.substring(0, colon))
			.flatMap((store) -> Version.parse(text.substring(colon + 1))
				.map((version) -> new Requirement(store, version)));
	}

	@JsonValue
	@Override
	public String toString() {
		return "%s:%s".formatted(this.store, this.version);
	}

}
