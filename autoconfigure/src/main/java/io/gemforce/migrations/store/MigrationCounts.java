package io.gemforce.migrations.store;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

import io.gemforce.migrations.MigrationState;

/**
 * Number of a store's migrations by state.
 */
public record MigrationCounts(int applied, int pending, @JsonUnwrapped Notable notable) {

	public static MigrationCounts of(List<MigrationEntry> entries) {
		Map<MigrationState, Integer> counts = new EnumMap<>(MigrationState.class);
		entries.forEach((entry) -> counts.merge(entry.state(), 1, Integer::sum));
		return new MigrationCounts(sum(counts, MigrationState.APPLIED, MigrationState.BASELINE),
				sum(counts, MigrationState.PENDING, MigrationState.ROLLED_BACK),
				new Notable(sum(counts, MigrationState.RUNNING),
						sum(counts, MigrationState.FAILED, MigrationState.INTERRUPTED),
						sum(counts, MigrationState.FUTURE), sum(counts, MigrationState.MISSING),
						sum(counts, MigrationState.OUTDATED), sum(counts, MigrationState.HELD)));
	}

	private static int sum(Map<MigrationState, Integer> counts, MigrationState... states) {
		int sum = 0;
		for (MigrationState state : states) {
			sum += counts.getOrDefault(state, 0);
		}
		return sum;
	}

	/**
	 * Numbers that are zero as long as nothing is out of the ordinary.
	 */
	public record Notable(int running, int failed, int future, int missing, int outdated, int held) {

	}

}
