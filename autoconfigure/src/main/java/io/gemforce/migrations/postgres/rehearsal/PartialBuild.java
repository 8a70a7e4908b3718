package io.gemforce.migrations.postgres.rehearsal;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.ClassProvider;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.JavaMigration;
import org.flywaydb.core.api.resolver.MigrationResolver;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.store.MigrationEntry;

/**
 * Makes a Flyway whose build lacks some of its migrations: scripts, classes and beans.
 */
final class PartialBuild {

	private final Configuration configuration;

	private final ResourceProvider resources;

	private final @Nullable ClassProvider<JavaMigration> classes;

	PartialBuild(Configuration configuration) {
		this.configuration = configuration;
		this.resources = found(configuration);
		this.classes = classes(configuration, this.resources);
	}

	// Flyway hands what it has found to custom migration resolvers
	private static ResourceProvider found(Configuration configuration) {
		AtomicReference<ResourceProvider> found = new AtomicReference<>();
		Flyway.configure(configuration.getClassLoader())
			.configuration(configuration)
			.skipDefaultResolvers(true)
			.javaMigrations()
			.resolvers((context) -> {
				found.set(context.resourceProvider);
				return Set.of();
			})
			.skipDefaultCallbacks(true)
			.callbacks(new Callback[0])
			.target(MigrationVersion.LATEST)
			.load()
			.info();
		return Objects.requireNonNull(found.get());
	}

	// Flyway's scanner for scripts also scans for classes
	@SuppressWarnings("unchecked")
	private static @Nullable ClassProvider<JavaMigration> classes(Configuration configuration,
			ResourceProvider resources) {
		if (configuration.getJavaMigrationClassProvider() != null) {
			return configuration.getJavaMigrationClassProvider();
		}
		return (resources instanceof ClassProvider<?> classes) ? (ClassProvider<JavaMigration>) classes : null;
	}

	private static Set<String> known(Collection<MigrationEntry> entries,
			Function<MigrationEntry, @Nullable String> value) {
		Set<String> known = new HashSet<>();
		for (MigrationEntry entry : entries) {
			String found = value.apply(entry);
			if (found != null) {
				known.add(found);
			}
		}
		return known;
	}

	FluentConfiguration without(FluentConfiguration copy, Collection<MigrationEntry> leftOut) {
		Set<String> ids = leftOut.stream().map(MigrationEntry::id).collect(Collectors.toSet());
		Set<String> scripts = known(leftOut, (entry) -> entry.descriptor().script());
		Set<String> places = known(leftOut, MigrationEntry::location);
		copy.resourceProvider(new Resources(this.resources, (resource) -> !scripts.contains(resource.getRelativePath())
				&& !places.contains(resource.getAbsolutePathOnDisk())));
		if (this.classes != null) {
			ClassProvider<JavaMigration> classes = this.classes;
			copy.javaMigrationClassProvider(
					() -> classes.getClasses().stream().filter((type) -> !scripts.contains(type.getName())).toList());
		}
		return copy
			.javaMigrations(Arrays.stream(copy.getJavaMigrations())
				.filter((migration) -> !ids.contains(id(migration.getVersion(), migration.getDescription())))
				.toArray(JavaMigration[]::new))
			.resolvers(Arrays.stream(this.configuration.getResolvers())
				.map((resolver) -> without(resolver, ids))
				.toArray(MigrationResolver[]::new));
	}

	private static MigrationResolver without(MigrationResolver resolver, Set<String> ids) {
		return (context) -> resolver.resolveMigrations(context)
			.stream()
			.filter((migration) -> !ids.contains(id(migration.getVersion(), migration.getDescription())))
			.toList();
	}

	private static String id(@Nullable MigrationVersion version, String description) {
		return MigrationDescriptor.id((version != null) ? version.getVersion() : null, description);
	}

	private record Resources(ResourceProvider found, Predicate<LoadableResource> filter) implements ResourceProvider {

		@Override
		public @Nullable LoadableResource getResource(String name) {
			return this.found.getResource(name);
		}

		@Override
		public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
			return this.found.getResources(prefix, suffixes).stream().filter(this.filter).toList();
		}

	}

}
