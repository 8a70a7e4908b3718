package io.gemforce.migrations.postgres.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.flywaydb.core.api.CoreMigrationType;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.Version;

/**
 * The applied migrations, read from Flyway's table as Flyway reads it: a successful entry
 * of type {@code DELETE} takes back the newest one of its version, or of its description
 * where there is no version.
 *
 * @param live the applied versions and repeatables, in the order of execution
 * @param rolledBack the versions that were applied and are not any more
 */
public record FlywayHistory(List<Entry> live, Set<Version> rolledBack) {

	public FlywayHistory {
		live = List.copyOf(live);
		rolledBack = Set.copyOf(rolledBack);
	}

	public static FlywayHistory of(List<Entry> entries) {
		List<Entry> live = new ArrayList<>();
		Set<Version> rolledBack = new HashSet<>();
		for (Entry entry : entries) {
			if (entry.is(CoreMigrationType.DELETE)) {
				if (entry.success()) {
					delete(entry, live).map(Entry::version).ifPresent(rolledBack::add);
				}
			}
			else if (!entry.is(CoreMigrationType.SCHEMA)) {
				if (entry.isRepeatable()) {
					live.removeIf((older) -> older.id().equals(entry.id()));
				}
				live.add(entry);
				Optional.ofNullable(entry.version()).ifPresent(rolledBack::remove);
			}
		}
		return new FlywayHistory(live, rolledBack);
	}

	private static Optional<Entry> delete(Entry deletion, List<Entry> live) {
		for (int i = live.size() - 1; i >= 0; i--) {
			Entry entry = live.get(i);
			if (!entry.is(CoreMigrationType.BASELINE) && entry.isSameAs(deletion)) {
				return Optional.of(live.remove(i));
			}
		}
		return Optional.empty();
	}

	/**
	 * Returns the entries in the order of execution, which need not be that of versions.
	 */
	public List<Entry> versions() {
		return this.live.stream().filter((entry) -> !entry.isRepeatable()).toList();
	}

	public List<Entry> repeatables() {
		return this.live.stream().filter(Entry::isRepeatable).toList();
	}

	public @Nullable Version baseline() {
		return this.live.stream()
			.filter(Entry::isBaseline)
			.flatMap(Entry::versions)
			.max(Comparator.naturalOrder())
			.orElse(null);
	}

	@Nullable Version newestRolledBack() {
		return this.rolledBack.isEmpty() ? null : Collections.max(this.rolledBack);
	}

	/**
	 * An entry of Flyway's table; the rank is its position, the type is in Flyway's
	 * words.
	 */
	public record Entry(int rank, MigrationDescriptor descriptor, String type, boolean success) {

		public String id() {
			return this.descriptor.id();
		}

		public @Nullable Version version() {
			return this.descriptor.version();
		}

		/**
		 * Returns the version, or nothing.
		 */
		public Stream<Version> versions() {
			return Stream.ofNullable(this.descriptor.version());
		}

		public String description() {
			return this.descriptor.description();
		}

		boolean isRepeatable() {
			return this.descriptor.isRepeatable();
		}

		boolean isBaseline() {
			return !isRepeatable() && this.type.endsWith(CoreMigrationType.BASELINE.name());
		}

		private boolean is(CoreMigrationType type) {
			return this.type.equals(type.name());
		}

		private boolean isSameAs(Entry other) {
			return (version() != null) ? version().equals(other.version()) : id().equals(other.id());
		}

	}

}
