package io.gemforce.migrations.autoconfigure;

import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.InitializingBean;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;

/**
 * Migrates PostgreSQL where Boot does not: with a Flyway bean of the user's own. With
 * several of them it is not known what each is for, so none is run.
 */
final class PostgresMigrationInitializer implements InitializingBean {

	private static final Log logger = LogFactory.getLog(PostgresMigrationInitializer.class);

	private final Migrations migrations;

	private final List<String> flyways;

	PostgresMigrationInitializer(Migrations migrations, List<String> flyways) {
		this.migrations = migrations;
		this.flyways = flyways;
	}

	@Override
	public void afterPropertiesSet() {
		if (this.flyways.size() > 1) {
			logger.warn(("Store 'postgres' is not migrated: the application has %d beans of type Flyway (%s). Migrate "
					+ "each of them yourself, or leave one")
				.formatted(this.flyways.size(), String.join(", ", this.flyways)));
			return;
		}
		this.migrations.start(StoreName.POSTGRES);
	}

}
