package io.gemforce.migrations.mongo.change.source;

/**
 * A place in a text, with line and column counted from 1.
 */
public record Position(int line, int column) {

	@Override
	public String toString() {
		return this.line + ":" + this.column;
	}

}
