package io.gemforce.migrations.postgres;

import org.flywaydb.core.api.CoreMigrationType;
import org.flywaydb.core.extensibility.MigrationType;

import io.gemforce.migrations.MigrationState;

/**
 * Translates Flyway's words into ours.
 */
final class FlywayStates {

	private FlywayStates() {
	}

	static MigrationState state(org.flywaydb.core.api.MigrationState state) {
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

	static io.gemforce.migrations.MigrationType type(MigrationType type) {
		return type.isBaseline() ? io.gemforce.migrations.MigrationType.BASELINE : type(type.name());
	}

	static io.gemforce.migrations.MigrationType type(String type) {
		if (type.endsWith(CoreMigrationType.BASELINE.name())) {
			return io.gemforce.migrations.MigrationType.BASELINE;
		}
		return type.equals(CoreMigrationType.JDBC.name()) ? io.gemforce.migrations.MigrationType.JAVA
				: io.gemforce.migrations.MigrationType.SQL;
	}

}
