package io.gemforce.migrations.mongo.context;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mongodb.core.MongoOperations;

import io.gemforce.migrations.mongo.MongoMigrationContext;

/**
 * The context of one attempt.
 */
public final class GuardedMigrationContext implements MongoMigrationContext {

	private final GuardedDatabaseFactory factory;

	private final MigrationTemplates templates;

	private @Nullable MongoOperations template;

	public GuardedMigrationContext(GuardedDatabaseFactory factory, MigrationTemplates templates) {
		this.factory = factory;
		this.templates = templates;
	}

	@Override
	public MongoDatabase database() {
		return this.factory.getMongoDatabase();
	}

	@Override
	public MongoCollection<Document> collection(String name) {
		return database().getCollection(name);
	}

	@Override
	public synchronized MongoOperations template() {
		if (this.template == null) {
			this.template = this.templates.create(this.factory);
		}
		return this.template;
	}

}
