package io.gemforce.migrations.mongo.change.contract;

/**
 * How a change is undone.
 *
 * @param kind from what the undo follows
 * @param text what the undo does, or why there is none, in a few words
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

	/**
	 * Whether the change can be undone.
	 */
	public boolean isAvailable() {
		return this.kind != Kind.NONE;
	}

	/**
	 * From what the undo of a change follows.
	 */
	public enum Kind {

		/**
		 * From the change itself.
		 */
		DERIVED,

		/**
		 * From pre-images.
		 */
		REMEMBERED,

		/**
		 * From what the author declared.
		 */
		DECLARED,

		/**
		 * There is none.
		 */
		NONE

	}

}
