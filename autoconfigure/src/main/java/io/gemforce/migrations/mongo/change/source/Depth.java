package io.gemforce.migrations.mongo.change.source;

/**
 * How deep a definition may be nested: as deep as MongoDB nests documents.
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
