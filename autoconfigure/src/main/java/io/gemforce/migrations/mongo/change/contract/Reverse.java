package io.gemforce.migrations.mongo.change.contract;

/**
 * How a change is undone, or why it cannot be.
 */
public record Reverse(Kind kind, String text) {

	public static Reverse derived(String text) {
		return new Reverse(Kind.DERIVED, text);
	}

	public static Reverse remembered(String text) {
		return new Reverse(Kind.REMEMBERED, text);
	}

	public static Reverse declared(String text) {
		return new Reverse(Kind.DECLARED, text);
	}

	public static Reverse none(String reason) {
		return new Reverse(Kind.NONE, reason);
	}

	public boolean isAvailable() {
		return this.kind != Kind.NONE;
	}

	/**
	 * What the undo of a change is based on.
	 */
	public enum Kind {

		/**
		 * On the change itself.
		 */
		DERIVED,

		/**
		 * On pre-images.
		 */
		REMEMBERED,

		/**
		 * On what the author declared.
		 */
		DECLARED,

		/**
		 * There is none.
		 */
		NONE

	}

}
