package io.gemforce.migrations.mongo.context;

import org.bson.conversions.Bson;
import org.springframework.beans.BeansException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.convert.MongoConverter;
import org.springframework.data.mongodb.core.mapping.event.AbstractDeleteEvent;
import org.springframework.data.mongodb.core.mapping.event.AfterLoadEvent;
import org.springframework.data.mongodb.core.mapping.event.MongoMappingEvent;

/**
 * The template of a migration. Like the application's template, it publishes the events
 * of the application's classes, but none of plain documents.
 */
final class MigrationTemplate extends MongoTemplate {

	private final ApplicationEventPublisher publisher;

	MigrationTemplate(MongoDatabaseFactory factory, MongoConverter converter, ApplicationEventPublisher publisher) {
		super(factory, converter);
		this.publisher = publisher;
	}

	@Override
	protected <E extends MongoMappingEvent<T>, T> E maybeEmitEvent(E event) {
		if (!isPlain(event)) {
			try {
				this.publisher.publishEvent(event);
			}
			catch (BeansException ex) {
				throw ApplicationMapping.refusal(
						"tell the application's listeners of " + event.getClass().getSimpleName(),
						"one of them cannot be had before the migrations: " + ex.getMessage(), ex);
			}
		}
		return event;
	}

	private static boolean isPlain(MongoMappingEvent<?> event) {
		if (event instanceof AfterLoadEvent<?> loaded) {
			return Bson.class.isAssignableFrom(loaded.getType());
		}
		if (event instanceof AbstractDeleteEvent<?> deleted) {
			return deleted.getType() == null || Bson.class.isAssignableFrom(deleted.getType());
		}
		return ApplicationCallbacks.isPlain(event.getSource());
	}

}
