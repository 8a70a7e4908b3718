package io.gemforce.migrations.mongo.change.source;

import java.util.List;

import org.bson.BsonValue;

/**
 * A piece of a change file as it was written, with its place.
 */
public sealed interface Source {

	/**
	 * Return where the piece begins.
	 */
	Position position();

	/**
	 * Keys and their values, in their order. Keys may be doubled.
	 *
	 * @param entries the entries
	 * @param position where it begins
	 */
	record Mapping(List<Entry> entries, Position position) implements Source {

	}

	/**
	 * A key and its value.
	 *
	 * @param key the key
	 * @param position where the key is
	 * @param value the value
	 */
	record Entry(String key, Position position, Source value) {

	}

	/**
	 * A list.
	 *
	 * @param items the items
	 * @param position where it begins
	 */
	record Sequence(List<Source> items, Position position) implements Source {

	}

	/**
	 * A single value.
	 *
	 * @param value the value
	 * @param text the value as it was written
	 * @param position where it is
	 */
	record Scalar(BsonValue value, String text, Position position) implements Source {

	}

	/**
	 * An integer that has no place in 64 bits.
	 *
	 * @param text the number as it was written
	 * @param position where it is
	 */
	record HugeInteger(String text, Position position) implements Source {

	}

}
