package io.gemforce.migrations.autoconfigure;

import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;

/**
 * {@link FlywayMigrationStrategy} that leaves it to {@link Migrations} whether and how
 * Flyway is run. It replaces a strategy of the user's, which then says how to migrate.
 * Where the user has several Flyways and initializers of their own, each does what it
 * would do without this library.
 */
final class CoordinatedFlywayStrategy implements FlywayMigrationStrategy {

	private final ObjectProvider<Migrations> migrations;

	private final @Nullable FlywayMigrationStrategy delegate;

	CoordinatedFlywayStrategy(ObjectProvider<Migrations> migrations, @Nullable FlywayMigrationStrategy delegate) {
		this.migrations = migrations;
		this.delegate = delegate;
	}

	@Nullable FlywayMigrationStrategy delegate() {
		return this.delegate;
	}

	@Override
	public void migrate(Flyway flyway) {
		Migrations migrations = this.migrations.getObject();
		if (migrations.isResponsibleFor(StoreName.POSTGRES)) {
			migrations.start(StoreName.POSTGRES);
		}
		else if (this.delegate != null) {
			this.delegate.migrate(flyway);
		}
		else {
			flyway.migrate();
		}
	}

}
