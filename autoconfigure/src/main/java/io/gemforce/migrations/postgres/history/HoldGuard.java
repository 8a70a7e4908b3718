package io.gemforce.migrations.postgres.history;

import java.sql.Connection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Hold;

/**
 * Looks for a hold under Flyway's lock before each migration. Flyway releases its lock
 * between two migrations, so another instance may have rolled back in between.
 */
public final class HoldGuard {

	private final FlywayDatabase database;

	private final @Nullable BuildVersions build;

	private final @Nullable Hold known;

	/**
	 * {@code build} is {@code null} if there was nothing to do.
	 */
	public HoldGuard(FlywayDatabase database, @Nullable BuildVersions build, @Nullable Hold known) {
		this.database = database;
		this.build = build;
		this.known = known;
	}

	/**
	 * Fails if the migration may not be applied. A hold that this build ends is removed.
	 */
	public void check(Connection connection, MigrationInfo migration, Supplier<String> databaseState) {
		JdbcClient client = JdbcClient.create(new SingleConnectionDataSource(connection, true));
		Optional<Hold> hold = this.database.readHold(client);
		if (hold.isEmpty() || hold.get().equals(this.known)) {
			return;
		}
		EffectiveHold view = this.database.view(hold.get(), client);
		BuildVersions build = Objects.requireNonNullElseGet(this.build, () -> having(migration));
		if (view.binds(build)) {
			throw new MigrationException(view.problem(), databaseState.get(), null);
		}
		if (view.isLiftedBy(build)) {
			this.database.holds().remove(client, view.hold().since());
		}
	}

	private static BuildVersions having(MigrationInfo migration) {
		Version version = (migration.getVersion() != null)
				? Version.parse(migration.getVersion().getVersion()).orElse(null) : null;
		return new BuildVersions(version, version);
	}

}
