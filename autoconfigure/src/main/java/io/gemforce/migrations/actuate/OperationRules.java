package io.gemforce.migrations.actuate;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
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
		this.versions = entries.stream().filter((entry) -> !entry.isRepeatable()).toList();
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
		return this.store == StoreName.POSTGRES && "FAILED".equals(entry.status().engineState());
	}

	private static boolean hasFailed(MigrationEntry entry) {
		return entry.state() == MigrationState.FAILED || entry.state() == MigrationState.INTERRUPTED;
	}

	boolean canBeRolledBack(MigrationEntry entry) {
		Version version = entry.version();
		return (entry.state().isApplied() || entry.isUndoUnfinished()) && version != null
				&& applied().stream().allMatch((other) -> other.compareTo(version) <= 0);
	}

	// In ascending order
	List<Version> applied() {
		return this.versions.stream()
			.filter((entry) -> entry.state().isApplied())
			.map(MigrationEntry::version)
			.filter(Objects::nonNull)
			.sorted()
			.toList();
	}

	private boolean canBeMarkedApplied(MigrationEntry entry) {
		if (this.store != StoreName.POSTGRES || !entry.isPending()) {
			return entry.isPending();
		}
		Version version = entry.version();
		boolean hasTable = this.versions.stream().anyMatch((other) -> other.rank() != null);
		return hasTable && this.versions.stream()
			.filter((other) -> other.inBuild() && !other.state().isApplied())
			.map(MigrationEntry::version)
			.filter(Objects::nonNull)
			.noneMatch((other) -> version != null && other.compareTo(version) < 0);
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
