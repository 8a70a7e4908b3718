package io.gemforce.migrations.postgres;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.FlywayStates;
import io.gemforce.migrations.postgres.history.LogSummary;
import io.gemforce.migrations.postgres.undo.UndoScripts;
import io.gemforce.migrations.store.Dependencies;
import io.gemforce.migrations.store.EntryStatus;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Recorded;
import io.gemforce.migrations.store.Undo;

final class FlywayEntries {

	private final UndoScripts undoScripts;

	FlywayEntries(UndoScripts undoScripts) {
		this.undoScripts = undoScripts;
	}

	static @Nullable Version baseline(Collection<List<MigrationInfo>> infos) {
		return infos.stream()
			.flatMap(List::stream)
			.filter((info) -> info.getState() == org.flywaydb.core.api.MigrationState.BASELINE)
			.flatMap((info) -> Version.parse(info.getVersion().getVersion()).stream())
			.max(Comparator.naturalOrder())
			.orElse(null);
	}

	MigrationEntry entry(List<MigrationInfo> infos, @Nullable LogSummary log, @Nullable Version baseline) {
		MigrationInfo newest = newest(infos);
		MigrationDescriptor descriptor = FlywayStates.descriptor(newest, newest.getResolvedChecksum());
		Long rank = infos.stream()
			.map(MigrationInfo::getInstalledRank)
			.filter(Objects::nonNull)
			.map(Integer::longValue)
			.max(Long::compare)
			.orElse(null);
		MigrationState state = state(infos, log);
		return new MigrationEntry(descriptor, new EntryStatus(Phase.EXPAND, state, newest.getState().name()),
				isInBuild(infos), newest.getPhysicalLocation(),
				new Recorded(rank, (log != null) ? log.ranks() : List.of(), direction(state, rank, log),
						FlywayStates.checksum(newest.getAppliedChecksum())),
				this.undoScripts.undo(descriptor, baseline), Dependencies.NONE);
	}

	private static MigrationState state(List<MigrationInfo> infos, @Nullable LogSummary log) {
		MigrationState state = FlywayStates.state(newest(infos).getState());
		if (state == MigrationState.APPLIED && log != null && log.isUndoUnfinished()) {
			return log.newest();
		}
		if (state != MigrationState.PENDING) {
			return state;
		}
		if (infos.stream().anyMatch((info) -> FlywayStates.state(info.getState()) == MigrationState.OUTDATED)) {
			return MigrationState.OUTDATED;
		}
		if (log == null || log.newest() == MigrationState.APPLIED) {
			return state;
		}
		return (log.direction() == Direction.DOWN) ? MigrationState.ROLLED_BACK : log.newest();
	}

	private static @Nullable Direction direction(MigrationState state, @Nullable Long rank, @Nullable LogSummary log) {
		if (log != null) {
			return log.direction();
		}
		if (rank == null) {
			return null;
		}
		return (state == MigrationState.ROLLED_BACK) ? Direction.DOWN : Direction.UP;
	}

	static MigrationEntry entry(LogSummary log) {
		return new MigrationEntry(log.descriptor(), new EntryStatus(Phase.EXPAND, log.newest(), null), false, null,
				new Recorded(null, log.ranks(), log.direction(), null), Undo.none("it is not applied"),
				Dependencies.NONE);
	}

	static Optional<Execution> execution(List<MigrationInfo> infos) {
		return infos.stream()
			.filter((info) -> info.getInstalledRank() != null)
			.max(Comparator.comparing(MigrationInfo::getInstalledRank))
			.map(FlywayEntries::execution);
	}

	private static Execution execution(MigrationInfo info) {
		MigrationState state = info.getState().isFailed() ? MigrationState.FAILED : MigrationState.APPLIED;
		return new Execution(info.getInstalledRank(), FlywayStates.descriptor(info, info.getAppliedChecksum()),
				new Execution.Status(Direction.UP, state, Phase.EXPAND, null),
				new Execution.Timing(null, (info.getInstalledOn() != null) ? info.getInstalledOn().toInstant() : null,
						(info.getExecutionTime() != null) ? info.getExecutionTime().longValue() : null),
				new Execution.Origin(null, null, null, null, null, info.getInstalledBy(), null), null);
	}

	private static boolean isInBuild(List<MigrationInfo> infos) {
		return infos.stream().anyMatch((info) -> StringUtils.hasText(info.getPhysicalLocation()));
	}

	// What is pending counts first, then the newest execution
	static MigrationInfo newest(List<MigrationInfo> infos) {
		return infos.stream()
			.max(Comparator.comparing(FlywayEntries::rank)
				.thenComparing((info) -> info.getState() == org.flywaydb.core.api.MigrationState.PENDING))
			.orElseThrow();
	}

	private static int rank(MigrationInfo info) {
		Integer rank = info.getInstalledRank();
		if (rank != null) {
			return rank;
		}
		return (info.getState() == org.flywaydb.core.api.MigrationState.BASELINE_IGNORED) ? Integer.MIN_VALUE
				: Integer.MAX_VALUE;
	}

}
