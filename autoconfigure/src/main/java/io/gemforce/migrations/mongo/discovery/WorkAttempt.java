package io.gemforce.migrations.mongo.discovery;

import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.change.contract.ChangeContext;

/**
 * What an attempt has to work with.
 *
 * @param migrationContext for code
 * @param changeContext for declared changes
 */
public record WorkAttempt(MongoMigrationContext migrationContext, ChangeContext changeContext) {

}
