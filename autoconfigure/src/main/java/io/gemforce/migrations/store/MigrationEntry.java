package io.gemforce.migrations.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;

/**
 * One migration of a store: what this build has of it, and what the history says.
 *
 * @param id the version, or {@code R:} and the description where there is none
 * @param engineState the state in the words of the engine, {@code null} if it has none
 * @param attempts the positions of its attempts in the history, ascending
 */
public record MigrationEntry(String id, @Nullable String version, String description, @Nullable MigrationType type,
		Phase phase, MigrationState state, @Nullable String engineState, boolean inBuild, @Nullable Long rank,
		List<Long> attempts, @Nullable String script, @Nullable String location, @Nullable String appliedChecksum,
		@Nullable String resolvedChecksum, @Nullable Direction newestDirection, Undo undo, List<String> requires,
		List<String> blockedBy) {

	/**
	 * What the id of a repeatable migration begins with.
	 */
	public static final String REPEATABLE = "R:";

	public static String id(@Nullable String version, String description) {
		return (version != null) ? version : REPEATABLE + description;
	}

	public MigrationEntry withState(MigrationState state) {
		return new MigrationEntry(this.id, this.version, this.description, this.type, this.phase, state,
				this.engineState, this.inBuild, this.rank, this.attempts, this.script, this.location,
				this.appliedChecksum, this.resolvedChecksum, this.newestDirection, this.undo, this.requires,
				this.blockedBy);
	}

	/**
	 * Whether a run would execute it. What is undone in part is not pending: its undo has
	 * to be finished first.
	 */
	public boolean isPending() {
		return this.inBuild && this.state.isPending() && !isUndoUnfinished();
	}

	public boolean isUndoUnfinished() {
		return this.newestDirection == Direction.DOWN
				&& (this.state == MigrationState.FAILED || this.state == MigrationState.INTERRUPTED);
	}

	@Override
	public String toString() {
		return "%s (%s)".formatted(this.id, this.description);
	}

}
