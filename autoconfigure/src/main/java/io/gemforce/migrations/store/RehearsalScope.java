package io.gemforce.migrations.store;

import io.gemforce.migrations.StoreName;

/**
 * Where migrations are rehearsed, and on how much data.
 *
 * @param inPlace whether the databases of this service are there for the rehearsal;
 * otherwise scratch databases are made beside them
 * @param sample how many documents of a collection, or rows of a table, are copied into a
 * scratch database; {@link #ALL} for all of them
 * @param seed puts in data before each migration
 */
public record RehearsalScope(boolean inPlace, long sample, Seed seed) {

	/**
	 * Copies everything.
	 */
	public static final long ALL = Long.MAX_VALUE;

	/**
	 * Return a scope that makes scratch databases.
	 * @param sample how many documents or rows to copy
	 */
	public static RehearsalScope scratch(long sample) {
		return new RehearsalScope(false, sample, (store, id) -> {
		});
	}

	/**
	 * Return a scope that uses the databases of this service, for tests.
	 * @param seed puts in data before each migration
	 */
	public static RehearsalScope ofThisService(Seed seed) {
		return new RehearsalScope(true, 0, seed);
	}

	/**
	 * Puts in data for a rehearsal.
	 */
	@FunctionalInterface
	public interface Seed {

		/**
		 * Put in data.
		 */
		void before(StoreName store, String id);

	}

}
