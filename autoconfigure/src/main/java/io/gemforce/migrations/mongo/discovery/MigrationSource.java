package io.gemforce.migrations.mongo.discovery;

/**
 * Where the migrations of a build come from.
 */
@FunctionalInterface
public interface MigrationSource {

	DiscoveredMigrations discover();

	/**
	 * Discover what is known without creating beans; not to be executed.
	 */
	default DiscoveredMigrations discoverEarly() {
		return discover();
	}

}
