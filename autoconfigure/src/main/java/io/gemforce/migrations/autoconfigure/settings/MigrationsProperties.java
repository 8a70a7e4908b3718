package io.gemforce.migrations.autoconfigure.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

import io.gemforce.migrations.actuate.EndpointOperation;
import io.gemforce.migrations.run.MigrationMode;

/**
 * {@link ConfigurationProperties Properties} of the migrations.
 */
@ConfigurationProperties("gemforce.migrations")
public class MigrationsProperties {

	/**
	 * Whether to migrate at all. If not, no store is migrated, by this library or by
	 * Flyway.
	 */
	private boolean enabled = true;

	/**
	 * What to do about migrations when the service starts.
	 */
	private MigrationMode mode = MigrationMode.MIGRATE;

	/**
	 * What to do instead of starting the service: a job that does it, reports, and ends
	 * with an exit code.
	 */
	private @Nullable String run;

	/**
	 * Store that the job is about. All stores if not set.
	 */
	private @Nullable String store;

	/**
	 * Version that the job is about.
	 */
	private @Nullable String version;

	/**
	 * Why the job is run, for the record.
	 */
	private @Nullable String reason;

	/**
	 * Whether the job is done even if another instance may be at work.
	 */
	private boolean force;

	/**
	 * What to do when a store is newer than this build. Nothing is run either way.
	 */
	private OnSchemaAhead onSchemaAhead = OnSchemaAhead.WARN;

	/**
	 * Hash of the plan that a run executes, and no other. Whatever is pending if not set.
	 */
	private @Nullable String expectPlan;

	private final Plan plan = new Plan();

	private final Rollback rollback = new Rollback();

	private final Rehearse rehearse = new Rehearse();

	private final Wait wait = new Wait();

	private final Output output = new Output();

	private final Mongo mongo = new Mongo();

	private final Postgres postgres = new Postgres();

	private final Lock lock = new Lock();

	private final Endpoint endpoint = new Endpoint();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public MigrationMode getMode() {
		return this.mode;
	}

	public void setMode(MigrationMode mode) {
		this.mode = mode;
	}

	public @Nullable String getRun() {
		return this.run;
	}

	public void setRun(@Nullable String run) {
		this.run = run;
	}

	public @Nullable String getStore() {
		return this.store;
	}

	public void setStore(@Nullable String store) {
		this.store = store;
	}

	public @Nullable String getVersion() {
		return this.version;
	}

	public void setVersion(@Nullable String version) {
		this.version = version;
	}

	public @Nullable String getReason() {
		return this.reason;
	}

	public void setReason(@Nullable String reason) {
		this.reason = reason;
	}

	public boolean isForce() {
		return this.force;
	}

	public void setForce(boolean force) {
		this.force = force;
	}

	public OnSchemaAhead getOnSchemaAhead() {
		return this.onSchemaAhead;
	}

	public void setOnSchemaAhead(OnSchemaAhead onSchemaAhead) {
		this.onSchemaAhead = onSchemaAhead;
	}

	public @Nullable String getExpectPlan() {
		return this.expectPlan;
	}

	public void setExpectPlan(@Nullable String expectPlan) {
		this.expectPlan = expectPlan;
	}

	public Plan getPlan() {
		return this.plan;
	}

	public Rollback getRollback() {
		return this.rollback;
	}

	public Rehearse getRehearse() {
		return this.rehearse;
	}

	public Wait getWait() {
		return this.wait;
	}

	public Output getOutput() {
		return this.output;
	}

	public Mongo getMongo() {
		return this.mongo;
	}

	public Postgres getPostgres() {
		return this.postgres;
	}

	public Lock getLock() {
		return this.lock;
	}

	public Endpoint getEndpoint() {
		return this.endpoint;
	}

	/**
	 * Properties of the MongoDB store.
	 */
	public static class Mongo {

		/**
		 * Whether to migrate MongoDB.
		 */
		private boolean enabled = true;

		/**
		 * Database of the history and the lock. The application's database if not set.
		 */
		private @Nullable String database;

		/**
		 * Newest version to apply. All versions if not set.
		 */
		private @Nullable String target;

		/**
		 * Whether a pending migration may be older than an applied one.
		 */
		private boolean outOfOrder;

		/**
		 * Whether an applied migration may be missing in this build.
		 */
		private boolean ignoreMissing;

		/**
		 * Version that an empty history starts with. Migrations up to it are not run.
		 */
		private @Nullable String baselineVersion;

		/**
		 * Locations of the files of declared changes.
		 */
		private List<String> locations = List.of("classpath:db/mongo");

		/**
		 * Values of placeholders such as "${name}" in the texts of these files.
		 */
		private Map<String, String> placeholders = new LinkedHashMap<>();

		/**
		 * Number of documents that a change may keep pre-images of. With more, the
		 * migration is refused.
		 */
		private long preimageLimit = 100_000;

		/**
		 * How long pre-images are kept. After that the migration cannot be undone.
		 */
		private Duration preimageRetention = Duration.ofDays(90);

		/**
		 * Collection of the history.
		 */
		private String historyCollection = "migration_history";

		/**
		 * Collection of the lock.
		 */
		private String lockCollection = "migration_lock";

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public @Nullable String getDatabase() {
			return this.database;
		}

		public void setDatabase(@Nullable String database) {
			this.database = database;
		}

		public @Nullable String getTarget() {
			return this.target;
		}

		public void setTarget(@Nullable String target) {
			this.target = target;
		}

		public boolean isOutOfOrder() {
			return this.outOfOrder;
		}

		public void setOutOfOrder(boolean outOfOrder) {
			this.outOfOrder = outOfOrder;
		}

		public boolean isIgnoreMissing() {
			return this.ignoreMissing;
		}

		public void setIgnoreMissing(boolean ignoreMissing) {
			this.ignoreMissing = ignoreMissing;
		}

		public @Nullable String getBaselineVersion() {
			return this.baselineVersion;
		}

		public void setBaselineVersion(@Nullable String baselineVersion) {
			this.baselineVersion = baselineVersion;
		}

		public List<String> getLocations() {
			return this.locations;
		}

		public void setLocations(List<String> locations) {
			this.locations = locations;
		}

		public Map<String, String> getPlaceholders() {
			return this.placeholders;
		}

		public void setPlaceholders(Map<String, String> placeholders) {
			this.placeholders = placeholders;
		}

		public long getPreimageLimit() {
			return this.preimageLimit;
		}

		public void setPreimageLimit(long preimageLimit) {
			this.preimageLimit = preimageLimit;
		}

		public Duration getPreimageRetention() {
			return this.preimageRetention;
		}

		public void setPreimageRetention(Duration preimageRetention) {
			this.preimageRetention = preimageRetention;
		}

		public String getHistoryCollection() {
			return this.historyCollection;
		}

		public void setHistoryCollection(String historyCollection) {
			this.historyCollection = historyCollection;
		}

		public String getLockCollection() {
			return this.lockCollection;
		}

		public void setLockCollection(String lockCollection) {
			this.lockCollection = lockCollection;
		}

	}

	/**
	 * Properties of the PostgreSQL store.
	 */
	public static class Postgres {

		/**
		 * Whether to migrate PostgreSQL. If not, Flyway is not run at all.
		 */
		private boolean enabled = true;

		/**
		 * Whether to let Flyway migrate even if its validation finds nothing to do.
		 */
		private boolean alwaysMigrate;

		/**
		 * Newest version to apply. What spring.flyway.target says if not set.
		 */
		private @Nullable String target;

		/**
		 * Locations of the undo scripts, classpath:db/undo if not set. One that is set
		 * has to exist.
		 */
		private @Nullable List<String> undoLocations;

		/**
		 * Whether repeatable migrations run again after a rollback, as what was undone
		 * may have taken with it what they had made.
		 */
		private boolean rerunRepeatablesAfterRollback = true;

		/**
		 * Table of the log, with its schema or without. migration_log in the schema of
		 * Flyway's table if not set. A schema that is set has to exist.
		 */
		private @Nullable String logTable;

		/**
		 * Table of the holds, with its schema or without. migration_hold in the schema of
		 * Flyway's table if not set. A schema that is set has to exist.
		 */
		private @Nullable String holdTable;

		public @Nullable String getLogTable() {
			return this.logTable;
		}

		public void setLogTable(@Nullable String logTable) {
			this.logTable = logTable;
		}

		public @Nullable String getHoldTable() {
			return this.holdTable;
		}

		public void setHoldTable(@Nullable String holdTable) {
			this.holdTable = holdTable;
		}

		public boolean isRerunRepeatablesAfterRollback() {
			return this.rerunRepeatablesAfterRollback;
		}

		public void setRerunRepeatablesAfterRollback(boolean rerunRepeatablesAfterRollback) {
			this.rerunRepeatablesAfterRollback = rerunRepeatablesAfterRollback;
		}

		public @Nullable List<String> getUndoLocations() {
			return this.undoLocations;
		}

		public void setUndoLocations(@Nullable List<String> undoLocations) {
			this.undoLocations = undoLocations;
		}

		public @Nullable String getTarget() {
			return this.target;
		}

		public void setTarget(@Nullable String target) {
			this.target = target;
		}

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public boolean isAlwaysMigrate() {
			return this.alwaysMigrate;
		}

		public void setAlwaysMigrate(boolean alwaysMigrate) {
			this.alwaysMigrate = alwaysMigrate;
		}

	}

	/**
	 * Properties of the job that plans.
	 */
	public static class Plan {

		/**
		 * Whether the job ends with an exit code of its own if there is something to run.
		 */
		private boolean detailedExitcode;

		public boolean isDetailedExitcode() {
			return this.detailedExitcode;
		}

		public void setDetailedExitcode(boolean detailedExitcode) {
			this.detailedExitcode = detailedExitcode;
		}

	}

	/**
	 * Properties of the job that rolls back.
	 */
	public static class Rollback {

		/**
		 * Store to roll back.
		 */
		private @Nullable String store;

		/**
		 * Newest version of the store that stays; 0 if none stays.
		 */
		private @Nullable String to;

		/**
		 * Runs whose migrations are undone, in all stores.
		 */
		private List<String> runId = List.of();

		/**
		 * Hash of the plan that is executed, and no other.
		 */
		private @Nullable String confirm;

		/**
		 * Whether to roll back without a confirmed plan.
		 */
		private boolean yes;

		public @Nullable String getStore() {
			return this.store;
		}

		public void setStore(@Nullable String store) {
			this.store = store;
		}

		public @Nullable String getTo() {
			return this.to;
		}

		public void setTo(@Nullable String to) {
			this.to = to;
		}

		public List<String> getRunId() {
			return this.runId;
		}

		public void setRunId(List<String> runId) {
			this.runId = runId;
		}

		public @Nullable String getConfirm() {
			return this.confirm;
		}

		public void setConfirm(@Nullable String confirm) {
			this.confirm = confirm;
		}

		public boolean isYes() {
			return this.yes;
		}

		public void setYes(boolean yes) {
			this.yes = yes;
		}

	}

	/**
	 * Properties of the job that rehearses.
	 */
	public static class Rehearse {

		/**
		 * How many documents of each collection, and rows of each table, are copied;
		 * 'all' for all of them.
		 */
		private String sample = "1000";

		public String getSample() {
			return this.sample;
		}

		public void setSample(String sample) {
			this.sample = sample;
		}

	}

	/**
	 * Properties of the lock.
	 */
	public static class Lock {

		/**
		 * How long to wait for another instance that migrates.
		 */
		private Duration waitTimeout = Duration.ofMinutes(10);

		/**
		 * How long a holder of the MongoDB lock is respected without a sign of life.
		 */
		private Duration lease = Duration.ofSeconds(30);

		public Duration getWaitTimeout() {
			return this.waitTimeout;
		}

		public void setWaitTimeout(Duration waitTimeout) {
			this.waitTimeout = waitTimeout;
		}

		public Duration getLease() {
			return this.lease;
		}

		public void setLease(Duration lease) {
			this.lease = lease;
		}

	}

	/**
	 * Properties of the actuator endpoint.
	 */
	public static class Endpoint {

		/**
		 * How old an answer may be before the stores are read again.
		 */
		private Duration snapshotMaxAge = Duration.ofSeconds(5);

		/**
		 * What may be done over HTTP, if access to the endpoint is unrestricted.
		 */
		private Set<EndpointOperation> operations = Set.of();

		/**
		 * Roles that may do it, and see scripts; empty for anybody who has logged in.
		 */
		private Set<String> roles = Set.of();

		/**
		 * Whether unauthenticated callers may run operations.
		 */
		private boolean allowAnonymous;

		/**
		 * Who may see the scripts of a plan, which may carry data.
		 */
		private ShowScripts showScripts = ShowScripts.NEVER;

		public Duration getSnapshotMaxAge() {
			return this.snapshotMaxAge;
		}

		public void setSnapshotMaxAge(Duration snapshotMaxAge) {
			this.snapshotMaxAge = snapshotMaxAge;
		}

		public Set<EndpointOperation> getOperations() {
			return this.operations;
		}

		public void setOperations(Set<EndpointOperation> operations) {
			this.operations = operations;
		}

		public Set<String> getRoles() {
			return this.roles;
		}

		public void setRoles(Set<String> roles) {
			this.roles = roles;
		}

		public boolean isAllowAnonymous() {
			return this.allowAnonymous;
		}

		public void setAllowAnonymous(boolean allowAnonymous) {
			this.allowAnonymous = allowAnonymous;
		}

		public ShowScripts getShowScripts() {
			return this.showScripts;
		}

		public void setShowScripts(ShowScripts showScripts) {
			this.showScripts = showScripts;
		}

	}

	/**
	 * Properties of the mode that waits.
	 */
	public static class Wait {

		/**
		 * How long to wait for another instance to migrate.
		 */
		private Duration timeout = Duration.ofMinutes(10);

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/**
	 * Properties of what a job writes.
	 */
	public static class Output {

		/**
		 * File to write the report to, besides the standard output.
		 */
		private @Nullable Path file;

		/**
		 * Format of the report.
		 */
		private String format = "text";

		public @Nullable Path getFile() {
			return this.file;
		}

		public void setFile(@Nullable Path file) {
			this.file = file;
		}

		public String getFormat() {
			return this.format;
		}

		public void setFormat(String format) {
			this.format = format;
		}

	}

	/**
	 * Who may see scripts over HTTP.
	 */
	public enum ShowScripts {

		/**
		 * Nobody.
		 */
		NEVER,

		/**
		 * Whoever may operate, and has logged in.
		 */
		WHEN_AUTHORIZED,

		/**
		 * Whoever may see the plan.
		 */
		ALWAYS

	}

	/**
	 * What to do when a store is newer than the build.
	 */
	public enum OnSchemaAhead {

		/**
		 * Start, and say so.
		 */
		WARN,

		/**
		 * Do not start.
		 */
		FAIL

	}

}
