package io.gemforce.migrations.store;

/**
 * Tells whether a migration that another one requires is applied. The stores do not see
 * each other, so they ask this.
 */
@FunctionalInterface
public interface Requirements {

	Status check(Requirement requirement);

	/**
	 * What a store can say about a required migration.
	 */
	enum Status {

		/**
		 * It is applied.
		 */
		MET,

		/**
		 * It is pending: a run over both stores applies it before.
		 */
		PENDING,

		/**
		 * It is known and not applied, and a run would not apply it.
		 */
		UNMET,

		/**
		 * Neither the build nor the history knows it.
		 */
		UNKNOWN,

		/**
		 * The service does not have the store, or has switched it off.
		 */
		NO_STORE

	}

}
