package io.gemforce.migrations.postgres.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.flywaydb.core.api.CoreMigrationType;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.MigrationEntry;

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
					delete(entry, live).flatMap(Entry::parsedVersion).ifPresent(rolledBack::add);
				}
			}
			else if (!entry.is(CoreMigrationType.SCHEMA)) {
				if (entry.version() == null) {
					live.removeIf((older) -> older.id().equals(entry.id()));
				}
				live.add(entry);
				entry.parsedVersion().ifPresent(rolledBack::remove);
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
		return this.live.stream().filter((entry) -> entry.version() != null).toList();
	}

	public List<Entry> repeatables() {
		return this.live.stream().filter((entry) -> entry.version() == null).toList();
	}

	public @Nullable Version baseline() {
		return this.live.stream()
			.filter(Entry::isBaseline)
			.flatMap((entry) -> entry.parsedVersion().stream())
			.max(Comparator.naturalOrder())
			.orElse(null);
	}

	@Nullable Version newestRolledBack() {
		return this.rolledBack.isEmpty() ? null : Collections.max(this.rolledBack);
	}

	/**
	 * An entry of Flyway's table, in its words; the rank is its position.
	 */
	public record Entry(int rank, @Nullable String version, String description, String type, String script,
			@Nullable Integer checksum, boolean success) {

		public String id() {
			return MigrationEntry.id(this.version, this.description);
		}

		public Optional<Version> parsedVersion() {
			return Optional.ofNullable(this.version).flatMap(Version::parse);
		}

		boolean isBaseline() {
			return this.version != null && this.type.endsWith(CoreMigrationType.BASELINE.name());
		}

		private boolean is(CoreMigrationType type) {
			return this.type.equals(type.name());
		}

		private boolean isSameAs(Entry other) {
			return (this.version != null && other.version != null) ? parsedVersion().equals(other.parsedVersion())
					: id().equals(other.id());
		}

	}

}
