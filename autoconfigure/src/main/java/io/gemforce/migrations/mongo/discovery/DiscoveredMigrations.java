package io.gemforce.migrations.mongo.discovery;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
 * @param leftOut those that do not count here
 * @param isComplete whether there are no more, which are not known yet
 */
public record DiscoveredMigrations(SortedMap<Version, ResolvedMigration> byVersion, List<LeftOutMigration> leftOut,
		List<Problem> problems, boolean isComplete) {

	public DiscoveredMigrations {
		byVersion = Collections.unmodifiableSortedMap(byVersion);
		leftOut = List.copyOf(leftOut);
		problems = List.copyOf(problems);
	}

	/**
	 * Of several that have the same version, the first one counts.
	 */
	public DiscoveredMigrations(Collection<ResolvedMigration> migrations, List<LeftOutMigration> leftOut,
			List<Problem> problems) {
		this(migrations.stream()
			.collect(Collectors.toMap(ResolvedMigration::version, Function.identity(), (first, second) -> first,
					TreeMap::new)),
				leftOut, problems, true);
	}

	public DiscoveredMigrations(Collection<ResolvedMigration> migrations, List<Problem> problems) {
		this(migrations, List.of(), problems);
	}

	DiscoveredMigrations butIncomplete() {
		return new DiscoveredMigrations(this.byVersion, this.leftOut, this.problems, false);
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

	/**
	 * Why a version that this build has does not count here.
	 */
	public Optional<String> whyLeftOut(Version version) {
		return this.leftOut.stream()
			.filter((left) -> left.migration().version().equals(version))
			.map(LeftOutMigration::reason)
			.findFirst();
	}

}
