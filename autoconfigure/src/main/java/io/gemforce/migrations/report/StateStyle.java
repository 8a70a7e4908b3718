package io.gemforce.migrations.report;

import java.util.Locale;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.store.StoreStatus;

/**
 * How a state is shown: by a word and by a sign, and only then by a colour.
 */
enum StateStyle {

	OK("✓"),

	BUSY("▶"),

	WAIT("○"),

	WARN("!"),

	BAD("✗"),

	OFF("–");

	private final String sign;

	StateStyle(String sign) {
		this.sign = sign;
	}

	String sign() {
		return this.sign;
	}

	// The name in the style sheet
	String tone() {
		return name().toLowerCase(Locale.ROOT);
	}

	static StateStyle of(Enum<?> state) {
		if (state instanceof StoreStatus status) {
			return of(status);
		}
		if (state instanceof MigrationState migration) {
			return of(migration);
		}
		if (state instanceof StatusReport.RunState run) {
			return switch (run) {
				case RUNNING -> BUSY;
				case DONE -> OK;
				case FAILED -> BAD;
			};
		}
		return (state == Severity.ERROR) ? BAD : WARN;
	}

	private static StateStyle of(StoreStatus status) {
		return switch (status) {
			case UNREACHABLE, FAILED, INTERRUPTED, INVALID -> BAD;
			case AHEAD, HELD -> WARN;
			case LOCKED, RUNNING -> BUSY;
			case PENDING -> WAIT;
			case UP_TO_DATE -> OK;
			case DISABLED -> OFF;
		};
	}

	private static StateStyle of(MigrationState state) {
		return switch (state) {
			case FAILED, INTERRUPTED, MISSING -> BAD;
			case FUTURE, HELD -> WARN;
			case RUNNING -> BUSY;
			case PENDING, OUTDATED -> WAIT;
			case APPLIED, BASELINE -> OK;
			case ROLLED_BACK, SUPERSEDED, IGNORED -> OFF;
		};
	}

	static String sentence(StoreStatus status) {
		return switch (status) {
			case UNREACHABLE -> "A store could not be read.";
			case FAILED -> "The newest attempt of a migration failed.";
			case INTERRUPTED -> "The newest attempt of a migration never finished.";
			case INVALID -> "The history and this build contradict each other.";
			case AHEAD -> "The database has migrations that are newer than this build, so nothing is run.";
			case HELD -> "A rollback holds this build back, so nothing is run.";
			case LOCKED -> "Another instance is migrating.";
			case RUNNING -> "This instance is migrating.";
			case PENDING -> "Migrations are still to be applied.";
			case UP_TO_DATE -> "Everything that this build has is applied.";
			case DISABLED -> "Migrations are switched off.";
		};
	}

}
