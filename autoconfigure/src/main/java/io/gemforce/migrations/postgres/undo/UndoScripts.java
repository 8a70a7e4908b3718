package io.gemforce.migrations.postgres.undo;

import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.UndoKind;

/**
 * The undo scripts of this build.
 *
 * @param locations where they were looked for, in words
 */
public record UndoScripts(String locations, Map<Version, UndoScript> scripts) {

	public UndoScripts {
		scripts = Map.copyOf(scripts);
	}

	public Optional<UndoScript> find(@Nullable Version version) {
		return Optional.ofNullable(version).map(this.scripts::get);
	}

	public Undo undo(MigrationDescriptor migration, @Nullable Version baseline) {
		if (migration.isRepeatable()) {
			return Undo
				.none("a repeatable migration is not undone, the one of the build that is started next runs again");
		}
		Version version = migration.version();
		if (baseline != null && version != null && version.compareTo(baseline) <= 0) {
			return Undo.none("the history starts with the baseline %s, and nothing before its end can be undone"
				.formatted(baseline));
		}
		return find(version).map((script) -> script.flaw().map(Undo::none).orElseGet(() -> Undo.by(UndoKind.SQL)))
			.orElseGet(() -> Undo
				.none("there is no script U%s__<description>.sql in %s".formatted(migration.id(), this.locations)));
	}

}
