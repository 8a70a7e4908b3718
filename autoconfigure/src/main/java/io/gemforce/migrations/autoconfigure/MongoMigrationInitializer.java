package io.gemforce.migrations.autoconfigure;

import org.springframework.beans.factory.InitializingBean;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;

/**
 * Migrates MongoDB. All beans that use MongoDB depend on this one.
 */
final class MongoMigrationInitializer implements InitializingBean {

	static final String BEAN_NAME = "mongoMigrationInitializer";

	private final Migrations migrations;

	MongoMigrationInitializer(Migrations migrations) {
		this.migrations = migrations;
	}

	@Override
	public void afterPropertiesSet() {
		this.migrations.start(StoreName.MONGO);
	}

}
