package io.gemforce.migrations.store;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.gemforce.migrations.MigrationState;

/**
 * Number of a store's migrations by state.
 *
 * @param applied applied, and known to this build
 * @param pending to be applied
 * @param running being executed now
 * @param failed failed or interrupted in the newest attempt
 * @param future applied, and newer than this build
 * @param missing applied, and not in this build
 * @param outdated repeatables to be applied again
 * @param held held back after a rollback
 */
public record MigrationCounts(int applied, int pending, int running, int failed, int future, int missing, int outdated,
		int held) {

	/**
	 * Returns their number by state.
	 */
	public static MigrationCounts of(List<MigrationEntry> entries) {
		Map<MigrationState, Integer> counts = new EnumMap<>(MigrationState.class);
		entries.forEach((entry) -> counts.merge(entry.state(), 1, Integer::sum));
		return new MigrationCounts(sum(counts, MigrationState.APPLIED, MigrationState.BASELINE),
				sum(counts, MigrationState.PENDING, MigrationState.ROLLED_BACK), sum(counts, MigrationState.RUNNING),
				sum(counts, MigrationState.FAILED, MigrationState.INTERRUPTED), sum(counts, MigrationState.FUTURE),
				sum(counts, MigrationState.MISSING), sum(counts, MigrationState.OUTDATED),
				sum(counts, MigrationState.HELD));
	}

	private static int sum(Map<MigrationState, Integer> counts, MigrationState... states) {
		int sum = 0;
		for (MigrationState state : states) {
			sum += counts.getOrDefault(state, 0);
		}
		return sum;
	}

}
