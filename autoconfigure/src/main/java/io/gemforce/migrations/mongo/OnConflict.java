package io.gemforce.migrations.mongo;

/**
 * What happens where a document that is copied or moved has another one of the same
 * {@code _id} in its way.
 */
public enum OnConflict {

	/**
	 * The migration is refused, before anything is written.
	 */
	FAIL,

	/**
	 * Both stay where and as they are.
	 */
	KEEP

}
