package io.gemforce.migrations.mongo.change.source;

/**
 * A place in a text.
 *
 * @param line the line, from 1
 * @param column the column, from 1
 */
public record Position(int line, int column) {

	@Override
	public String toString() {
		return this.line + ":" + this.column;
	}

}
