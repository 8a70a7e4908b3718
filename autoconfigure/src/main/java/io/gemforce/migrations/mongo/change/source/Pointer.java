package io.gemforce.migrations.mongo.change.source;

import java.util.ArrayList;
import java.util.List;

/**
 * Names a part of a definition by the keys and list indexes that lead to it.
 */
public record Pointer(List<Object> parts) {

	/**
	 * The whole definition.
	 */
	public static final Pointer TOP = new Pointer(List.of());

	Pointer to(String key) {
		return append(key);
	}

	public Pointer to(int index) {
		return append(index);
	}

	private Pointer append(Object part) {
		List<Object> parts = new ArrayList<>(this.parts);
		parts.add(part);
		return new Pointer(List.copyOf(parts));
	}

	Pointer parent() {
		return new Pointer(this.parts.subList(0, this.parts.size() - 1));
	}

	boolean isTop() {
		return this.parts.isEmpty();
	}

	/**
	 * Returns a form such as {@code changes[2].insert.documents[0]}.
	 */
	@Override
	public String toString() {
		StringBuilder text = new StringBuilder();
		for (Object part : this.parts) {
			if (part instanceof Integer index) {
				text.append('[').append(index.intValue()).append(']');
			}
			else {
				text.append(text.isEmpty() ? "" : ".").append(part);
			}
		}
		return text.toString();
	}

}
