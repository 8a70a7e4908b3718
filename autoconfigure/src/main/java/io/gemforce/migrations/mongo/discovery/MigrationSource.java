package io.gemforce.migrations.mongo.discovery;

/**
 * Where the migrations of a build come from.
 */
@FunctionalInterface
public interface MigrationSource {

	DiscoveredMigrations discover();

	/**
	 * Discover what there is without creating a bean that may need what is not there yet.
	 * @return the migrations as far as they are known then, not to be executed
	 */
	default DiscoveredMigrations discoverEarly() {
		return discover();
	}

}
