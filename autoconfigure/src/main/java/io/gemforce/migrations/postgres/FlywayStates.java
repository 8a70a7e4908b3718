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
		if (type.isBaseline()) {
			return io.gemforce.migrations.MigrationType.BASELINE;
		}
		return (type == CoreMigrationType.JDBC) ? io.gemforce.migrations.MigrationType.JAVA
				: io.gemforce.migrations.MigrationType.SQL;
	}

}
