package io.gemforce.migrations.mongo.discovery;

import java.util.List;
import java.util.Map;
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
public record DiscoveredMigrations(List<ResolvedMigration> migrations, List<LeftOutMigration> leftOut,
		List<Problem> problems, boolean isComplete) {

	public DiscoveredMigrations {
		migrations = List.copyOf(migrations);
		leftOut = List.copyOf(leftOut);
		problems = List.copyOf(problems);
	}

	public DiscoveredMigrations(List<ResolvedMigration> migrations, List<Problem> problems) {
		this(migrations, List.of(), problems, true);
	}

	public @Nullable Version newest() {
		return this.migrations.isEmpty() ? null : this.migrations.get(this.migrations.size() - 1).version();
	}

	public boolean declaresChanges() {
		return this.migrations.stream().anyMatch((migration) -> migration.action() instanceof DeclaredAction);
	}

	public @Nullable ResolvedMigration find(Version version) {
		return this.migrations.stream()
			.filter((migration) -> migration.version().equals(version))
			.findFirst()
			.orElse(null);
	}

	public Map<Version, ResolvedMigration> byVersion() {
		return this.migrations.stream().collect(Collectors.toMap(ResolvedMigration::version, Function.identity()));
	}

}
