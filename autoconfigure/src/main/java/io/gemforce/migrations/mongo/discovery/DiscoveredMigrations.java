package io.gemforce.migrations.mongo.discovery;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.Version;

/**
 * The migrations that this build has, by ascending version, each version once.
 *
 * @param isComplete whether there are no more, which are not known yet
 */
public record DiscoveredMigrations(SortedMap<Version, ResolvedMigration> byVersion, List<Problem> problems,
		boolean isComplete) {

	public DiscoveredMigrations {
		byVersion = Collections.unmodifiableSortedMap(byVersion);
		problems = List.copyOf(problems);
	}

	/**
	 * Of several that have the same version, the first one counts.
	 */
	public DiscoveredMigrations(Collection<ResolvedMigration> migrations, List<Problem> problems) {
		this(migrations.stream()
			.collect(Collectors.toMap(ResolvedMigration::version, Function.identity(), (first, second) -> first,
					TreeMap::new)),
				problems, true);
	}

	DiscoveredMigrations butIncomplete() {
		return new DiscoveredMigrations(this.byVersion, this.problems, false);
	}

	public Collection<ResolvedMigration> migrations() {
		return this.byVersion.values();
	}

	public @Nullable Version newest() {
		return this.byVersion.isEmpty() ? null : this.byVersion.lastKey();
	}

	public boolean declaresChanges() {
		return migrations().stream().anyMatch((migration) -> migration.action() instanceof DeclaredAction);
	}

	public @Nullable ResolvedMigration find(Version version) {
		return this.byVersion.get(version);
	}

}
