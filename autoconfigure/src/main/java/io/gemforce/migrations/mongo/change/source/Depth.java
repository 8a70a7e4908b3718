package io.gemforce.migrations.mongo.change.source;

/**
 * The maximum depth of a definition: that of a MongoDB document.
 */
final class Depth {

	private static final int MAX = 100;

	private Depth() {
	}

	static void check(int depth, Position position) throws MalformedFileException {
		if (depth > MAX) {
			throw new MalformedFileException(position,
					"nested deeper than the %d levels that MongoDB allows".formatted(MAX), "Make it flatter");
		}
	}

}
