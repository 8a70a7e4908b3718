package io.gemforce.migrations.mongo;

/**
 * What a field can be converted to.
 */
public enum FieldType {

	/**
	 * A string.
	 */
	STRING,

	/**
	 * An integer of 32 bits.
	 */
	INT,

	/**
	 * An integer of 64 bits.
	 */
	LONG,

	/**
	 * A binary floating point number of 64 bits.
	 */
	DOUBLE,

	/**
	 * A decimal floating point number of 128 bits.
	 */
	DECIMAL,

	/**
	 * A boolean.
	 */
	BOOL,

	/**
	 * A point in time, to the millisecond.
	 */
	DATE,

	/**
	 * An object id.
	 */
	OBJECT_ID

}
