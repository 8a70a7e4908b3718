package io.gemforce.migrations;

/**
 * Where migrations are rehearsed, and on how much data.
 *
 * @param inPlace whether the databases of this service are there for the rehearsal;
 * otherwise scratch databases are made beside them
 * @param sample how many documents of a collection, or rows of a table, are copied into a
 * scratch database; {@link #ALL} for all of them
 */
public record RehearsalScope(boolean inPlace, long sample) {

	/**
	 * Copies everything.
	 */
	public static final long ALL = Long.MAX_VALUE;

	/**
	 * Return a scope that makes scratch databases.
	 * @param sample how many documents or rows to copy
	 * @return the scope
	 */
	public static RehearsalScope scratch(long sample) {
		return new RehearsalScope(false, sample);
	}

	/**
	 * Return a scope that uses the databases of this service, for tests.
	 * @return the scope
	 */
	public static RehearsalScope ofThisService() {
		return new RehearsalScope(true, 0);
	}

}
