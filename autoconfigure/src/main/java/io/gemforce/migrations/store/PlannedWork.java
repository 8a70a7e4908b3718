package io.gemforce.migrations.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a migration would do to the database.
 *
 * @param summary a sentence a line
 * @param script its text, {@code null} if it is code
 * @param touches {@code null} if that is not known before
 * @param locks the locks that it takes, in words
 * @param transactional {@code null} if that is not known before
 */
public record PlannedWork(String summary, @Nullable String script, @Nullable AffectedCount touches, List<String> locks,
		@Nullable Boolean transactional) {

	public PlannedWork {
		locks = List.copyOf(locks);
	}

	/**
	 * Create work of which only the summary is known.
	 */
	public static PlannedWork summarized(String summary, @Nullable Boolean transactional) {
		return new PlannedWork(summary, null, null, List.of(), transactional);
	}

	public PlannedWork withoutScript() {
		return new PlannedWork(this.summary, null, this.touches, this.locks, this.transactional);
	}

}
