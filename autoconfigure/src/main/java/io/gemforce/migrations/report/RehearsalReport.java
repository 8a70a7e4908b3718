package io.gemforce.migrations.report;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.RehearsalResult;

/**
 * Result of a rehearsal.
 */
public record RehearsalReport(boolean passed, List<Item> migrations) implements Report {

	@Override
	public String template() {
		return "rehearsal";
	}

	@Override
	public String describe() {
		return "migrations rehearsal: %s, %d migration(s)%s".formatted(this.passed ? "nothing failed" : "FAILED",
				this.migrations.size(),
				this.migrations.stream().map((item) -> "\n" + item.describe()).collect(Collectors.joining()));
	}

	public static RehearsalReport of(List<RehearsalResult> results) {
		return new RehearsalReport(
				results.stream().noneMatch((result) -> result.outcome() == RehearsalResult.Outcome.FAILED),
				results.stream().map(Item::of).toList());
	}

	/**
	 * Result of rehearsing a migration.
	 *
	 * @param reason why, absent if all went well
	 */
	public record Item(String store, String id, String description, RehearsalResult.Outcome outcome,
			@Nullable String reason, @Nullable Long upMs, @Nullable Long downMs) {

		static Item of(RehearsalResult result) {
			return new Item(result.store().id(), result.id(), result.description(), result.outcome(), result.reason(),
					millis(result.up()), millis(result.down()));
		}

		private String describe() {
			return "%-13s %s %s (%s)".formatted(this.outcome, this.store, this.id, this.description)
					+ ((this.upMs != null) ? ", up %d ms".formatted(this.upMs) : "")
					+ ((this.downMs != null) ? ", down %d ms".formatted(this.downMs) : "")
					+ ((this.reason != null) ? ": " + this.reason : "");
		}

		private static @Nullable Long millis(@Nullable Duration duration) {
			return (duration != null) ? duration.toMillis() : null;
		}

	}

}
