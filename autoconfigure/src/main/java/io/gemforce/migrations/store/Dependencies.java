package io.gemforce.migrations.store;

import java.util.List;

/**
 * What a migration requires to be applied before.
 *
 * @param blockedBy what is not applied of it, in words
 */
public record Dependencies(List<Requirement> requires, List<String> blockedBy) {

	/**
	 * Of a migration that requires nothing.
	 */
	public static final Dependencies NONE = new Dependencies(List.of(), List.of());

	public Dependencies {
		requires = List.copyOf(requires);
		blockedBy = List.copyOf(blockedBy);
	}

}
