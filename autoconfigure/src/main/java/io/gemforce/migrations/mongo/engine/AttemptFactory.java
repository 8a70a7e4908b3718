package io.gemforce.migrations.mongo.engine;

import io.gemforce.migrations.mongo.context.AttemptSessions;
import io.gemforce.migrations.mongo.context.GuardedDatabaseFactory;
import io.gemforce.migrations.mongo.context.GuardedMigrationContext;
import io.gemforce.migrations.mongo.context.MigrationTemplates;
import io.gemforce.migrations.mongo.context.OperationGuard;
import io.gemforce.migrations.mongo.discovery.ActionContext;

/**
 * Gives migrations their access to the database, one for each attempt.
 */
final class AttemptFactory {

	private final MongoAccess access;

	private final MigrationTemplates templates;

	private final MongoSettings settings;

	AttemptFactory(MongoAccess access, MigrationTemplates templates, MongoSettings settings) {
		this.access = access;
		this.templates = templates;
		this.settings = settings;
	}

	String namespace() {
		return this.access.factory().getMongoDatabase().getName();
	}

	ActionContext create(LockedHistory locked, RunnerTransactions transactions, OperationGuard guard,
			PendingExecution.Opened opened) {
		guard.use(new AttemptSessions(locked.session().session(), this.access::startSession));
		GuardedDatabaseFactory factory = new GuardedDatabaseFactory(this.access.factory(), guard);
		return new ActionContext(new GuardedMigrationContext(factory, this.templates),
				new GuardedChangeContext(factory, locked, transactions, guard, this.access, this.settings, opened));
	}

}
