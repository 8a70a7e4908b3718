package io.gemforce.migrations.mongo.change.document;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Checks names; the answer is why MongoDB refuses one, or {@code null}.
 */
public final class Names {

	private static final int MAX_COLLECTION_BYTES = 235;

	private static final int MAX_FIELD_PARTS = 100;

	private Names() {
	}

	public static @Nullable String wrongCollection(String name) {
		if (name.isEmpty()) {
			return "is empty";
		}
		if (name.indexOf('\0') >= 0) {
			return "has a NUL character";
		}
		if (name.contains("$")) {
			return "has a '$'";
		}
		if (name.startsWith("system.")) {
			return "begins with 'system.', which is the server's";
		}
		if (name.startsWith(".")) {
			return "begins with '.'";
		}
		if (name.getBytes(StandardCharsets.UTF_8).length > MAX_COLLECTION_BYTES) {
			return "is longer than %d bytes".formatted(MAX_COLLECTION_BYTES);
		}
		return null;
	}

	public static @Nullable String wrongField(String path) {
		if (path.isEmpty()) {
			return "is empty";
		}
		if (path.indexOf('\0') >= 0) {
			return "has a NUL character";
		}
		String[] parts = path.split("\\.", -1);
		if (parts.length > MAX_FIELD_PARTS) {
			return "has more than %d parts".formatted(MAX_FIELD_PARTS);
		}
		for (String part : parts) {
			if (part.isEmpty()) {
				return "has an empty part";
			}
			if (part.startsWith("$")) {
				return "has a part that begins with '$'";
			}
		}
		return null;
	}

	/**
	 * Checks a path in which {@code []} leads to the documents of an array.
	 */
	public static @Nullable String wrongElementField(String path) {
		String plain = path.replaceAll("(?<=[^.\\]])\\[](?=\\.|$)", "");
		if (hasElements(plain)) {
			return "has a '[]' that does not stand right after the name of an array, and before a '.' or the end";
		}
		boolean position = !plain.equals(path)
				&& Stream.of(plain.split("\\.")).anyMatch((part) -> part.matches("[0-9]+"));
		return position ? "has a number beside '[]', which stands for all positions" : wrongField(plain);
	}

	public static boolean hasElements(String path) {
		return path.contains(FieldScope.ELEMENTS);
	}

	/**
	 * Whether a field is, or is part of, the id, which cannot be changed.
	 */
	public static boolean isId(String path) {
		return path.equals("_id") || path.startsWith("_id.") || path.startsWith("_id[]");
	}

}
