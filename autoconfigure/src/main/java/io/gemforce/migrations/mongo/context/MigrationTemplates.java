package io.gemforce.migrations.mongo.context;

import org.springframework.context.ApplicationContext;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.SessionSynchronization;
import org.springframework.data.mongodb.core.MongoTemplate;

/**
 * Makes the templates of migrations, with a mapping context of their own: the
 * application's would create its indexes as soon as a template is made, before the
 * migrations, and would keep the types and aliases that only a migration knows.
 */
public final class MigrationTemplates {

	private final ApplicationMapping mapping;

	private final ApplicationContext application;

	private final boolean events;

	/**
	 * Create a factory of templates. No bean is asked for before a migration uses one.
	 */
	public MigrationTemplates(ApplicationContext application) {
		this(application, true);
	}

	private MigrationTemplates(ApplicationContext application, boolean events) {
		this.mapping = new ApplicationMapping(application);
		this.application = application;
		this.events = events;
	}

	/**
	 * Return templates for a rehearsal, which the application's listeners do not hear of.
	 */
	public MigrationTemplates withoutEvents() {
		return new MigrationTemplates(this.application, false);
	}

	MongoTemplate create(MongoDatabaseFactory factory) {
		ApplicationCallbacks callbacks = new ApplicationCallbacks(this.application);
		MongoTemplate template = new MigrationTemplate(factory, this.mapping.converter(factory, callbacks),
				this.events ? this.application : (event) -> {
				});
		template.setEntityCallbacks(callbacks);
		template.setSessionSynchronization(SessionSynchronization.NEVER);
		return template;
	}

}
