package io.gemforce.migrations.mongo.change.source;

import java.util.List;

import org.bson.BsonValue;

/**
 * A part of a change file as it was written, with its position.
 */
public sealed interface Source {

	Position position();

	/**
	 * Keys and their values, in order. A key may occur twice.
	 */
	record Mapping(List<Entry> entries, Position position) implements Source {

	}

	/**
	 * A key and its value, with the position of the key.
	 */
	record Entry(String key, Position position, Source value) {

	}

	/**
	 * A list.
	 */
	record Sequence(List<Source> items, Position position) implements Source {

	}

	/**
	 * A single value, also as the text that was written.
	 */
	record Scalar(BsonValue value, String text, Position position) implements Source {

	}

	/**
	 * An integer that does not fit 64 bits.
	 */
	record HugeInteger(String text, Position position) implements Source {

	}

}
