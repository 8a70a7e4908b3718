package io.gemforce.migrations.postgres.history;

import java.util.Comparator;

import org.flywaydb.core.api.CoreMigrationType;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.extensibility.MigrationType;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.store.MigrationEntry;

/**
 * Translates Flyway's states and types into ours, and knows Flyway's order.
 */
public final class FlywayStates {

	/**
	 * The order in which Flyway applies what is pending.
	 */
	public static final Comparator<MigrationEntry> ORDER = Comparator
		.comparing(MigrationEntry::version, Comparator.nullsLast(Comparator.naturalOrder()))
		.thenComparing(MigrationEntry::description);

	private FlywayStates() {
	}

	public static String id(MigrationInfo info) {
		return MigrationDescriptor.id(version(info), info.getDescription());
	}

	/**
	 * The checksum is that of what was applied, or that of what the build has.
	 */
	public static MigrationDescriptor descriptor(MigrationInfo info, @Nullable Integer checksum) {
		return MigrationDescriptor.of(version(info), info.getDescription(), type(info.getType()), info.getScript(),
				checksum(checksum));
	}

	private static @Nullable String version(MigrationInfo info) {
		return (info.getVersion() != null) ? info.getVersion().getVersion() : null;
	}

	public static @Nullable String checksum(@Nullable Integer checksum) {
		return (checksum != null) ? checksum.toString() : null;
	}

	public static MigrationState state(org.flywaydb.core.api.MigrationState state) {
		return switch (state) {
			case PENDING -> MigrationState.PENDING;
			case SUCCESS, OUT_OF_ORDER -> MigrationState.APPLIED;
			case BASELINE -> MigrationState.BASELINE;
			case MISSING_SUCCESS -> MigrationState.MISSING;
			case FUTURE_SUCCESS -> MigrationState.FUTURE;
			case OUTDATED -> MigrationState.OUTDATED;
			case SUPERSEDED -> MigrationState.SUPERSEDED;
			case UNDONE, DELETED -> MigrationState.ROLLED_BACK;
			default -> state.isFailed() ? MigrationState.FAILED : MigrationState.IGNORED;
		};
	}

	public static io.gemforce.migrations.MigrationType type(MigrationType type) {
		return type.isBaseline() ? io.gemforce.migrations.MigrationType.BASELINE : type(type.name());
	}

	public static io.gemforce.migrations.MigrationType type(String type) {
		if (type.endsWith(CoreMigrationType.BASELINE.name())) {
			return io.gemforce.migrations.MigrationType.BASELINE;
		}
		return type.equals(CoreMigrationType.JDBC.name()) ? io.gemforce.migrations.MigrationType.JAVA
				: io.gemforce.migrations.MigrationType.SQL;
	}

}
