package io.gemforce.migrations.postgres.undo;

import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.Location;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;
import org.flywaydb.core.api.resource.LoadableResource;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;
import io.gemforce.migrations.postgres.history.FlywayLock;
import io.gemforce.migrations.postgres.history.LogEntry;
import io.gemforce.migrations.postgres.sql.ScriptSession;

/**
 * Undoes one migration with the free edition of Flyway: a second Flyway, derived from the
 * one that migrates, has the undo as its only migration, and so parses, executes, times
 * and records it as any other. If there is a transaction, the entries in Flyway's table
 * and in the log are part of it.
 * <p>
 * Everything happens on a connection that already holds Flyway's lock.
 */
final class UndoExecutor implements UndoMigration.Listener {

	// Once by the rollback, and once by Flyway
	private static final int TIMES_LOCKED = 2;

	private static final ResourceProvider NO_RESOURCES = new ResourceProvider() {

		@Override
		public @Nullable LoadableResource getResource(String name) {
			return null;
		}

		@Override
		public List<LoadableResource> getResources(String prefix, String[] suffixes) {
			return List.of();
		}

	};

	private final Configuration configuration;

	private final FlywayLock lock;

	private final UndoStep step;

	private final FlywayDatabase database;

	private final MigrationRun run;

	private final @Nullable String reason;

	private final List<Entry> repeatables;

	private @Nullable LogEntry attempt;

	private @Nullable ScriptSession session;

	UndoExecutor(Configuration configuration, FlywayLock lock, UndoStep step, FlywayDatabase database, MigrationRun run,
			@Nullable String reason, List<Entry> repeatables) {
		this.configuration = configuration;
		this.lock = lock;
		this.step = step;
		this.database = database;
		this.run = run;
		this.reason = reason;
		this.repeatables = List.copyOf(repeatables);
	}

	void execute() {
		MigrateResult result = derived().migrate();
		if (result.migrationsExecuted != 1) {
			throw new FlywayException("Flyway does not undo migration %s".formatted(this.step.describe()));
		}
		LogEntry attempt = Objects.requireNonNull(this.attempt);
		if (!attempt.transactional()) {
			this.database.log().succeeded(this.lock.connection(), attempt);
		}
	}

	private Flyway derived() {
		FluentConfiguration derived = Flyway.configure(this.configuration.getClassLoader())
			.configuration(this.configuration)
			.dataSource(this.lock.dataSource())
			.skipDefaultResolvers(true)
			.resolvers((context) -> List.of(new UndoMigration(this.step, context, this)))
			.resourceProvider(NO_RESOURCES)
			.javaMigrations()
			.javaMigrationClassProvider(List::of)
			.skipDefaultCallbacks(true)
			.callbacks(new Callback[0])
			.callbackLocations(new Location[0])
			.validateOnMigrate(false)
			.ignoreMigrationPatterns("*:future")
			.outOfOrder(this.step.belowLive())
			.group(false)
			.target(MigrationVersion.LATEST)
			.skipExecutingMigrations(false)
			.createSchemas(false)
			.baselineOnMigrate(false);
		// With the transactional lock Flyway would use a second connection, and its entry
		// would not be part of the script's transaction
		derived.getPluginRegister().getExact(PostgreSQLConfigurationExtension.class).setTransactionalLock(false);
		return derived.load();
	}

	@Override
	public void begin(Connection connection, boolean transactional) {
		this.session = ScriptSession.begin(connection);
		this.attempt = new LogEntry(this.step.descriptor(), Direction.DOWN, transactional, Instant.now(), this.run,
				this.reason);
		if (!transactional) {
			deleteRepeatables(connection);
			this.database.log().open(connection, this.attempt);
		}
		if (!this.step.isMark()) {
			this.run.listener().executionBegan(this.attempt.start(this.database.namespace()));
		}
	}

	@Override
	public void end(Connection connection) {
		LogEntry attempt = Objects.requireNonNull(this.attempt);
		ScriptSession session = Objects.requireNonNull(this.session);
		ScriptSession.Lock lock = new ScriptSession.Lock(this.database.lockKey(), TIMES_LOCKED);
		boolean written = session.writeEnd(lock, attempt.script(), attempt.transactional(), () -> {
			if (attempt.transactional()) {
				deleteRepeatables(connection);
				this.database.log().succeeded(connection, attempt);
			}
		});
		if (!written) {
			throw FlywayFailures.lockLost(attempt.script(), "unchanged by what was refused");
		}
	}

	// Flyway computes its rank from its table, so its own entry may come later
	private void deleteRepeatables(Connection connection) {
		this.database.history()
			.deleteRepeatables(JdbcClient.create(new SingleConnectionDataSource(connection, true)), this.repeatables,
					this.configuration.getInstalledBy());
	}

	// Null if Flyway has not begun the script
	@Nullable LogEntry attempt() {
		return this.attempt;
	}

}
