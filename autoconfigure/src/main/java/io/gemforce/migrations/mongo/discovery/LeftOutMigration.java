package io.gemforce.migrations.mongo.discovery;

/**
 * A migration of the build that does not count here, and why.
 */
public record LeftOutMigration(ResolvedMigration migration, String reason) {

}
