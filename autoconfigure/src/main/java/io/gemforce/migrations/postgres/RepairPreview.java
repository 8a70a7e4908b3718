package io.gemforce.migrations.postgres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * Says what Flyway's repair would do. Only reads.
 */
final class RepairPreview {

	private static final Set<MigrationState> FAILED = Set.of(MigrationState.FAILED, MigrationState.MISSING_FAILED,
			MigrationState.FUTURE_FAILED);

	private static final Set<MigrationState> NOT_IN_BUILD = Set.of(MigrationState.MISSING_SUCCESS,
			MigrationState.FUTURE_SUCCESS);

	private final Configuration configuration;

	private final List<String> deletions = new ArrayList<>();

	private final List<String> removals = new ArrayList<>();

	private final List<String> alignments = new ArrayList<>();

	/**
	 * Create a preview.
	 * @param configuration the configuration of the Flyway that would repair
	 */
	RepairPreview(Configuration configuration) {
		this.configuration = configuration;
	}

	/**
	 * Look what would be done.
	 * @return a line each, what is deleted first
	 */
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
		else if (info.getVersion() != null && isInBuild(info) && !isAsApplied(info)) {
			this.alignments.add("would accept %s as it is in this build, checksum '%s', which was '%s'"
				.formatted(describe(info), text(info.getResolvedChecksum()), text(info.getAppliedChecksum())));
		}
	}

	private boolean isIgnored(MigrationInfo info) {
		return Arrays.stream(this.configuration.getIgnoreMigrationPatterns())
			.anyMatch((pattern) -> pattern.matchesMigration(info.getVersion() != null, info.getState()));
	}

	private static boolean isInBuild(MigrationInfo info) {
		return StringUtils.hasText(info.getPhysicalLocation());
	}

	private static boolean isAsApplied(MigrationInfo info) {
		return info.isChecksumMatching() && info.isDescriptionMatching() && info.isTypeMatching();
	}

	private static String text(@Nullable Integer checksum) {
		return (checksum != null) ? checksum.toString() : "none";
	}

	private static String describe(MigrationInfo info) {
		return FlywayValidator.id(info) + " (" + info.getDescription() + ")";
	}

}
