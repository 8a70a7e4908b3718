package io.gemforce.migrations.mongo.change.operation;

import java.util.List;

/**
 * A change that gives fields other names or places.
 */
public sealed interface FieldMover permits RenameField, MoveField, NestFields, UnnestFields {

	String collection();

	/**
	 * As far as they are known without the database.
	 */
	List<FieldMove> moves();

}
