package io.gemforce.migrations.report;

import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.store.MigrationEntry;

/**
 * Which migrations of a store to list. An empty set and {@code null} stand for all.
 *
 * @param text a part of the id or of the description
 * @param before list what comes after the page that ended with this,
 * {@link Long#MAX_VALUE} for the first page
 */
public record HistoryQuery(Set<MigrationState> states, @Nullable Phase phase, @Nullable String text, int size,
		long before) {

	/**
	 * Size of a page unless the user asks for another.
	 */
	public static final int DEFAULT_SIZE = 50;

	/**
	 * Largest size of a page.
	 */
	public static final int MAX_SIZE = 500;

	public static HistoryQuery firstPage() {
		return new HistoryQuery(Set.of(), null, null, DEFAULT_SIZE, Long.MAX_VALUE);
	}

	boolean matches(MigrationEntry entry) {
		return (this.states.isEmpty() || this.states.contains(entry.state()))
				&& (this.phase == null || this.phase == entry.status().phase())
				&& (this.text == null || contains(entry.id(), this.text) || contains(entry.description(), this.text));
	}

	private static boolean contains(String text, String part) {
		return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
	}

}
