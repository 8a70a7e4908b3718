package io.gemforce.migrations.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

import io.gemforce.migrations.MigrationMode;

/**
 * {@link ConfigurationProperties Properties} of the migrations.
 */
@ConfigurationProperties("gemforce.migrations")
public class MigrationsProperties {

	/**
	 * Whether to migrate at all. If not, no store is migrated, by nobody.
	 */
	private boolean enabled = true;

	/**
	 * What to do about migrations when the service starts.
	 */
	private MigrationMode mode = MigrationMode.MIGRATE;

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

		public Duration getSnapshotMaxAge() {
			return this.snapshotMaxAge;
		}

		public void setSnapshotMaxAge(Duration snapshotMaxAge) {
			this.snapshotMaxAge = snapshotMaxAge;
		}

	}

}
