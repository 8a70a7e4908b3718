package io.gemforce.migrations.report;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.RehearsalResult;

/**
 * What came of a rehearsal.
 *
 * @param passed whether nothing failed
 * @param migrations the migrations that were pending, in order
 */
public record RehearsalReport(boolean passed, List<Item> migrations) implements Report {

	@Override
	public String template() {
		return "rehearsal";
	}

	public static RehearsalReport of(List<RehearsalResult> results) {
		return new RehearsalReport(
				results.stream().noneMatch((result) -> result.outcome() == RehearsalResult.Outcome.FAILED),
				results.stream().map(Item::of).toList());
	}

	/**
	 * What came of rehearsing a migration.
	 *
	 * @param store the store
	 * @param id the id
	 * @param description the description
	 * @param outcome what came of it
	 * @param reason why, absent if all went well
	 * @param upMs how long applying it took, in milliseconds
	 * @param downMs how long undoing it took, in milliseconds
	 */
	public record Item(String store, String id, String description, RehearsalResult.Outcome outcome,
			@Nullable String reason, @Nullable Long upMs, @Nullable Long downMs) {

		static Item of(RehearsalResult result) {
			return new Item(result.store().id(), result.id(), result.description(), result.outcome(), result.reason(),
					millis(result.up()), millis(result.down()));
		}

		private static @Nullable Long millis(@Nullable Duration duration) {
			return (duration != null) ? duration.toMillis() : null;
		}

	}

}
