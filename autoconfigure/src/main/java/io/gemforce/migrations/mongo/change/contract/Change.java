package io.gemforce.migrations.mongo.change.contract;

import java.util.List;

/**
 * One declared change, immutable. What is said here is known without a look at the
 * database.
 */
public sealed interface Change permits ChangeOperation {

	/**
	 * Returns the name of the kind, as users write it.
	 */
	String kind();

	/**
	 * Return what the change does.
	 * @return a sentence without a period, for a plan
	 */
	String summary();

	/**
	 * Return how the change is undone.
	 */
	Reverse reverse();

	/**
	 * Whether the change and its undo do the same if they are executed again, however
	 * much of them is already done.
	 */
	boolean isIdempotent();

	/**
	 * Whether the server lets it be part of one.
	 */
	boolean canBeInTransaction();

	/**
	 * Return the privileges and the topology that the change needs.
	 * @return a few words each, such as {@code find, update on 'gems'}
	 */
	List<String> needs();

	/**
	 * Returns a sentence without a period each.
	 */
	List<String> locks();

}
