package io.gemforce.migrations;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Names of the stores, in the order in which they are migrated.
 */
public enum StoreName {

	/**
	 * The PostgreSQL schema, migrated by Flyway.
	 */
	POSTGRES,

	/**
	 * The MongoDB data, migrated by this library's own runner.
	 */
	MONGO;

	/**
	 * Return the name as users write it in properties, paths and documents.
	 * @return the name in lower case
	 */
	public String id() {
		return name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Find a store by the name that users write.
	 * @param id the name in lower case
	 * @return the store, or empty if there is none of that name
	 */
	public static Optional<StoreName> find(String id) {
		return Arrays.stream(values()).filter((store) -> store.id().equals(id)).findFirst();
	}

	@Override
	public String toString() {
		return id();
	}

}
