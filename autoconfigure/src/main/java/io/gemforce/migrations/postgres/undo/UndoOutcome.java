package io.gemforce.migrations.postgres.undo;

/**
 * The state of a migration after an undo that failed.
 */
enum UndoOutcome {

	// Recorded as undone; the error came later
	UNDONE,

	// Still counts as applied
	NOT_UNDONE,

	// The database could not be asked
	UNKNOWN;

	String describe(UndoStep step, boolean begun, boolean transactional) {
		String migration = "migration %s".formatted(step.describe());
		return switch (this) {
			case UNDONE -> "%s is undone".formatted(migration);
			case UNKNOWN -> "it is not known whether %s is undone".formatted(migration);
			case NOT_UNDONE -> {
				if (!begun) {
					yield "%s is applied, as %s was not begun".formatted(migration, step.name());
				}
				yield transactional ? "what %s did was rolled back, %s is applied".formatted(step.name(), migration)
						: ("what %s did before it failed is still there, as it cannot run in a transaction, so %s may be "
								+ "undone in part")
							.formatted(step.name(), migration);
			}
		};
	}

}
