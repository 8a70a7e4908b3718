package io.gemforce.migrations.actuate;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.MigrationEntry;

final class OperationRules {

	private final StoreName store;

	private final List<MigrationEntry> versions;

	OperationRules(StoreName store, List<MigrationEntry> entries) {
		this.store = store;
		this.versions = entries.stream().filter((entry) -> entry.version() != null).toList();
	}

	Set<EndpointOperation> possible(String id) {
		Set<EndpointOperation> possible = EnumSet.noneOf(EndpointOperation.class);
		this.versions.stream().filter((entry) -> entry.id().equals(id)).findFirst().ifPresent((entry) -> {
			if (canBeRetried(entry) && !isFailedInTable(entry)) {
				possible.add(EndpointOperation.RETRY);
			}
			if (canBeRolledBack(entry) && entry.undo().available()) {
				possible.add(EndpointOperation.ROLLBACK);
			}
			if (canBeMarkedApplied(entry)) {
				possible.add(EndpointOperation.MARK_APPLIED);
			}
			if (canBeMarkedRolledBack(entry)) {
				possible.add(EndpointOperation.MARK_ROLLED_BACK);
			}
		});
		return possible;
	}

	static boolean canBeRetried(MigrationEntry entry) {
		return entry.isPending() && hasFailed(entry);
	}

	// Flyway runs nothing until its failed entry has been removed
	private boolean isFailedInTable(MigrationEntry entry) {
		return this.store == StoreName.POSTGRES && "FAILED".equals(entry.engineState());
	}

	private static boolean hasFailed(MigrationEntry entry) {
		return entry.state() == MigrationState.FAILED || entry.state() == MigrationState.INTERRUPTED;
	}

	boolean canBeRolledBack(MigrationEntry entry) {
		return (entry.state().isApplied() || entry.isUndoUnfinished()) && version(entry)
			.filter((version) -> applied().stream().allMatch((other) -> other.compareTo(version) <= 0))
			.isPresent();
	}

	// In ascending order
	List<Version> applied() {
		return this.versions.stream()
			.filter((entry) -> entry.state().isApplied())
			.flatMap((entry) -> version(entry).stream())
			.sorted()
			.toList();
	}

	private static Optional<Version> version(MigrationEntry entry) {
		return Version.parse(entry.id());
	}

	private boolean canBeMarkedApplied(MigrationEntry entry) {
		if (this.store != StoreName.POSTGRES || !entry.isPending()) {
			return entry.isPending();
		}
		boolean hasTable = this.versions.stream().anyMatch((other) -> other.rank() != null);
		return hasTable && this.versions.stream()
			.filter((other) -> other.inBuild() && !other.state().isApplied())
			.flatMap((other) -> version(other).stream())
			.noneMatch((other) -> version(entry).filter((version) -> other.compareTo(version) < 0).isPresent());
	}

	private boolean canBeMarkedRolledBack(MigrationEntry entry) {
		return switch (this.store) {
			case MONGO -> hasFailed(entry) || entry.state().isApplied() && canBeRolledBack(entry);
			case POSTGRES -> entry.isPending() && entry.state() == MigrationState.INTERRUPTED || wasExecutedLast(entry);
		};
	}

	// In Flyway's table, whose order need not be that of versions
	private boolean wasExecutedLast(MigrationEntry entry) {
		return isInTable(entry) && entry.state() != MigrationState.BASELINE
				&& this.versions.stream()
					.filter(OperationRules::isInTable)
					.noneMatch((other) -> rank(other) > rank(entry));
	}

	private static boolean isInTable(MigrationEntry entry) {
		return entry.rank() != null && (entry.state().isApplied() || entry.isUndoUnfinished());
	}

	private static long rank(MigrationEntry entry) {
		return Objects.requireNonNull(entry.rank());
	}

}
