package io.gemforce.migrations.mongo.engine;

import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.change.contract.ChangeContext;

/**
 * What an attempt has to work with.
 *
 * @param migrationContext for code
 * @param changeContext for declared changes
 */
record WorkAttempt(MongoMigrationContext migrationContext, ChangeContext changeContext) {

}
