package io.gemforce.migrations.actuate.observation;

enum MigrationMeter {

	ENTRIES("migrations.entries", Kind.GAUGE, "Number of migrations by state", "store", "state"),

	UP_TO_DATE("migrations.up.to.date", Kind.GAUGE,
			"Whether all migrations of this build are applied: 1 or 0, not a number if the store cannot be read",
			"store"),

	DRIFT("migrations.drift", Kind.GAUGE, "Number of contradictions between history and build", "store", "kind"),

	SCHEMA_VERSION("migrations.schema.version.info", Kind.GAUGE, "Newest version that is applied, always 1", "store",
			"version"),

	LAST_SUCCESS("migrations.last.success.time", Kind.TIME_GAUGE,
			"When a migration was applied last, seconds since 1970", "store"),

	LOCK_WAIT("migrations.lock.wait", Kind.TIMER, "How long runs waited for the lock", "store", "outcome"),

	LOCK_AGE("migrations.lock.age", Kind.TIME_GAUGE, "How long the lock has been held by anybody, 0 if it is free",
			"store"),

	VALIDATION_FAILURES("migrations.validation.failures", Kind.COUNTER,
			"Problems that stopped a run before it executed anything", "store", "code"),

	OPERATIONS("migrations.operations", Kind.COUNTER, "Changes of the records by operators", "store", "operation",
			"outcome"),

	SNAPSHOT_AGE("migrations.snapshot.age", Kind.TIME_GAUGE, "Age of what the gauges say", "store");

	private final String meterName;

	private final Kind kind;

	private final String description;

	private final String[] tags;

	MigrationMeter(String meterName, Kind kind, String description, String... tags) {
		this.meterName = meterName;
		this.kind = kind;
		this.description = description;
		this.tags = tags;
	}

	String meterName() {
		return this.meterName;
	}

	Kind kind() {
		return this.kind;
	}

	String description() {
		return this.description;
	}

	String[] tags() {
		return this.tags.clone();
	}

	enum Kind {

		GAUGE, TIME_GAUGE, COUNTER, TIMER

	}

}
