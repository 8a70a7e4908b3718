package io.gemforce.migrations.autoconfigure;

import org.springframework.boot.autoconfigure.AbstractDependsOnBeanFactoryPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer;

/**
 * Makes the {@link MongoMigrationInitializer} wait for PostgreSQL's migrations.
 */
final class DependsOnPostgresMigrationsPostProcessor extends AbstractDependsOnBeanFactoryPostProcessor {

	DependsOnPostgresMigrationsPostProcessor() {
		super(MongoMigrationInitializer.class, FlywayMigrationInitializer.class, PostgresMigrationInitializer.class);
	}

}
