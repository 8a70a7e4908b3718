package io.gemforce.migrations.store;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Version;

/**
 * One migration of a store: what this build has of it, and what the history says.
 *
 * @param descriptor the migration with the checksum that it has in this build
 * @param location where the build has it
 */
public record MigrationEntry(MigrationDescriptor descriptor, EntryStatus status, boolean inBuild,
		@Nullable String location, Recorded recorded, Undo undo, Dependencies dependencies) {

	public String id() {
		return this.descriptor.id();
	}

	public @Nullable Version version() {
		return this.descriptor.version();
	}

	public String description() {
		return this.descriptor.description();
	}

	public boolean isRepeatable() {
		return this.descriptor.isRepeatable();
	}

	public MigrationState state() {
		return this.status.state();
	}

	public @Nullable Long rank() {
		return this.recorded.rank();
	}

	public MigrationEntry withState(MigrationState state) {
		return new MigrationEntry(this.descriptor,
				new EntryStatus(this.status.phase(), state, this.status.engineState()), this.inBuild, this.location,
				this.recorded, this.undo, this.dependencies);
	}

	/**
	 * Whether a run would execute it. What is undone in part is not pending: its undo has
	 * to be finished first.
	 */
	public boolean isPending() {
		return this.inBuild && state().isPending() && !isUndoUnfinished();
	}

	public boolean isUndoUnfinished() {
		return this.recorded.direction() == Direction.DOWN
				&& (state() == MigrationState.FAILED || state() == MigrationState.INTERRUPTED);
	}

	@Override
	public String toString() {
		return this.descriptor.toString();
	}

}
