package io.gemforce.migrations.autoconfigure;

import java.util.Set;

import org.springframework.boot.sql.init.dependency.AbstractBeansOfTypeDatabaseInitializerDetector;
import org.springframework.boot.sql.init.dependency.DatabaseInitializerDetector;

/**
 * {@link DatabaseInitializerDetector} that makes users of JDBC wait for the
 * {@link PostgresMigrationInitializer}.
 */
final class PostgresMigrationInitializerDetector extends AbstractBeansOfTypeDatabaseInitializerDetector {

	// After those for Flyway and its initializer, which have 0 and 1
	private static final int ORDER = 2;

	@Override
	protected Set<Class<?>> getDatabaseInitializerBeanTypes() {
		return Set.of(PostgresMigrationInitializer.class);
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

}
