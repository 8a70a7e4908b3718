package io.gemforce.migrations.store;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What is told of all migrations of a store, found out once.
 *
 * @param currentVersion the newest version that is applied
 * @param latestVersion the newest version that the build has
 */
public record StoreOverview(@Nullable String currentVersion, @Nullable String latestVersion, MigrationCounts counts) {

	public static StoreOverview of(List<MigrationEntry> entries) {
		return new StoreOverview(newestVersion(entries, (entry) -> entry.state().isApplied()),
				newestVersion(entries, MigrationEntry::inBuild), MigrationCounts.of(entries));
	}

	private static @Nullable String newestVersion(List<MigrationEntry> entries, Predicate<MigrationEntry> matching) {
		return entries.stream()
			.filter((entry) -> matching.test(entry) && !entry.isRepeatable())
			.max(Comparator.comparing(MigrationEntry::version, Comparator.nullsFirst(Comparator.naturalOrder())))
			.map(MigrationEntry::id)
			.orElse(null);
	}

}
