package io.gemforce.migrations.store;

import io.gemforce.migrations.StoreName;

/**
 * Where migrations are rehearsed, and on how much data.
 *
 * @param inPlace whether to use the databases of this service, not scratch databases
 * @param sample how many documents or rows of each are copied into a scratch database
 */
public record RehearsalScope(boolean inPlace, long sample, Seed seed) {

	/**
	 * Copies everything.
	 */
	public static final long ALL = Long.MAX_VALUE;

	public static RehearsalScope scratch(long sample) {
		return new RehearsalScope(false, sample, (store, id) -> {
		});
	}

	/**
	 * Return a scope that uses the databases of this service, for tests.
	 */
	public static RehearsalScope ofThisService(Seed seed) {
		return new RehearsalScope(true, 0, seed);
	}

	/**
	 * Puts in data for a rehearsal.
	 */
	@FunctionalInterface
	public interface Seed {

		void before(StoreName store, String id);

	}

}
