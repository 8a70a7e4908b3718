package io.gemforce.migrations.postgres.history;

import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.MigrationEntry;

/**
 * The newest versions of a build, which tell whether a hold binds it.
 */
public record BuildVersions(@Nullable Version newest, @Nullable Version newestPending) {

	public static BuildVersions of(Collection<MigrationEntry> entries) {
		return new BuildVersions(newest(entries, MigrationEntry::inBuild), newest(entries, MigrationEntry::isPending));
	}

	private static @Nullable Version newest(Collection<MigrationEntry> entries, Predicate<MigrationEntry> filter) {
		return entries.stream()
			.filter(filter)
			.map(MigrationEntry::version)
			.filter(Objects::nonNull)
			.max(Comparator.naturalOrder())
			.orElse(null);
	}

}
