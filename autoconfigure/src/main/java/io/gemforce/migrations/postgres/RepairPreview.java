package io.gemforce.migrations.postgres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.resolver.ResolvedMigration;
import org.flywaydb.core.internal.info.MigrationInfoImpl;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.postgres.history.FlywayStates;

/**
 * Lists what Flyway's repair would do, read-only.
 */
final class RepairPreview {

	private static final Set<MigrationState> FAILED = Set.of(MigrationState.FAILED, MigrationState.MISSING_FAILED,
			MigrationState.FUTURE_FAILED);

	private static final Set<MigrationState> NOT_IN_BUILD = Set.of(MigrationState.MISSING_SUCCESS,
			MigrationState.FUTURE_SUCCESS);

	private static final Set<MigrationState> NEVER_ALIGNED = Set.of(MigrationState.UNDONE, MigrationState.IGNORED);

	private final Configuration configuration;

	private final List<String> deletions = new ArrayList<>();

	private final List<String> removals = new ArrayList<>();

	private final List<String> alignments = new ArrayList<>();

	RepairPreview(Configuration configuration) {
		this.configuration = configuration;
	}

	List<String> lines() {
		MigrationInfo[] infos = Flyway.configure(this.configuration.getClassLoader())
			.configuration(this.configuration)
			.outOfOrder(true)
			.target(MigrationVersion.LATEST)
			.load()
			.info()
			.all();
		Arrays.stream(infos).filter((info) -> info.getInstalledRank() != null).forEach(this::add);
		List<String> lines = new ArrayList<>(this.deletions);
		lines.addAll(this.removals);
		lines.addAll(this.alignments);
		return lines;
	}

	private void add(MigrationInfo info) {
		if (FAILED.contains(info.getState())) {
			this.removals.add("would remove the failed entry of %s".formatted(describe(info)));
		}
		else if (info.getType().isSynthetic() || info.getType().isUndo()) {
			return;
		}
		else if (NOT_IN_BUILD.contains(info.getState())) {
			if (!isIgnored(info)) {
				this.deletions.add("would mark %s as deleted: it is applied, and this build does not have it"
					.formatted(describe(info)));
			}
		}
		else if (info instanceof MigrationInfoImpl known && known.getResolvedMigration() != null) {
			align(info, known.getResolvedMigration());
		}
	}

	// Flyway has such comparisons in MigrationInfo, but does not fill them in
	private void align(MigrationInfo info, ResolvedMigration build) {
		Integer checksum = info.getAppliedChecksum();
		List<String> changes = new ArrayList<>();
		if ((info.getVersion() != null) ? !build.checksumMatches(checksum)
				: build.checksumMatchesWithoutBeingIdentical(checksum)) {
			changes.add(change("checksum", build.getChecksum(), checksum));
		}
		if (info.getVersion() != null && !build.getDescription().equals(info.getDescription())) {
			changes.add(change("description", build.getDescription(), info.getDescription()));
		}
		if (info.getVersion() != null && !build.getType().equals(info.getType())) {
			changes.add(change("type", build.getType(), info.getType()));
		}
		if (!changes.isEmpty() && !NEVER_ALIGNED.contains(info.getState())) {
			this.alignments.add(
					"would accept %s as it is in this build: %s".formatted(describe(info), String.join("; ", changes)));
		}
	}

	private static String change(String what, @Nullable Object now, @Nullable Object before) {
		return "%s '%s', which was '%s'".formatted(what, Objects.requireNonNullElse(now, "none"),
				Objects.requireNonNullElse(before, "none"));
	}

	private boolean isIgnored(MigrationInfo info) {
		return Arrays.stream(this.configuration.getIgnoreMigrationPatterns())
			.anyMatch((pattern) -> pattern.matchesMigration(info.getVersion() != null, info.getState()));
	}

	private static String describe(MigrationInfo info) {
		return FlywayStates.id(info) + " (" + info.getDescription() + ")";
	}

}
