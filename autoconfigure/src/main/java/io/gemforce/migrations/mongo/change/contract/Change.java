package io.gemforce.migrations.mongo.change.contract;

import java.util.List;

/**
 * One declared change, immutable. All of this is known without the database.
 */
public sealed interface Change permits ChangeOperation {

	String kind();

	/**
	 * A sentence without a period, for a plan.
	 */
	String summary();

	Reverse reverse();

	/**
	 * Whether the change and its undo can be executed again, even if partly done.
	 */
	boolean isIdempotent();

	boolean canBeInTransaction();

	/**
	 * A few words each, such as {@code find, update on 'gems'}.
	 */
	List<String> needs();

	List<String> locks();

}
