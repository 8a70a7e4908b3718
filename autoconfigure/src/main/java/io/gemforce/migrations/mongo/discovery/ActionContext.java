package io.gemforce.migrations.mongo.discovery;

import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.change.contract.ChangeContext;

/**
 * What an attempt works with: one context for code, another for declared changes.
 */
public record ActionContext(MongoMigrationContext migrationContext, ChangeContext changeContext) {

}
