package io.gemforce.migrations.sample.embedded;

import java.sql.SQLException;
import java.sql.Statement;

import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Puts rows of the old shape into the database, after the migration that creates the
 * tables and before those that change them.
 */
class SeedAfterFirstMigration extends BaseCallback {

	private static final MigrationVersion FIRST = MigrationVersion.fromVersion("1");

	@Override
	public boolean supports(Event event, Context context) {
		return event == Event.AFTER_EACH_MIGRATE;
	}

	@Override
	public void handle(Event event, Context context) {
		if (!FIRST.equals(context.getMigrationInfo().getVersion())) {
			return;
		}
		try (Statement statement = context.getConnection().createStatement()) {
			statement.execute("INSERT INTO my_table (name) SELECT 'row ' || i FROM generate_series(1, 2000) i");
			statement.execute("INSERT INTO list_price (gem_name, price) SELECT 'Gem ' || lpad(i::text, 4, '0'), "
					+ "round((i % 97 + 1) * 12.5, 2) FROM generate_series(1, 2000) i");
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not seed the embedded database", ex);
		}
	}

}
