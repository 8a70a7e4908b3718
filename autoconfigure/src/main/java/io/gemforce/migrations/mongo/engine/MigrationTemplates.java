package io.gemforce.migrations.mongo.engine;

import java.util.function.Supplier;

import org.springframework.data.mapping.model.FieldNamingStrategy;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.SessionSynchronization;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.convert.DefaultDbRefResolver;
import org.springframework.data.mongodb.core.convert.MappingMongoConverter;
import org.springframework.data.mongodb.core.convert.MongoCustomConversions;
import org.springframework.data.mongodb.core.mapping.MongoMappingContext;

/**
 * Makes the templates that migrations work with. They map as the application's template
 * does, with a mapping context of their own: the application's would create its indexes
 * as soon as a template is made, before the migrations.
 */
public final class MigrationTemplates {

	private final Supplier<MongoCustomConversions> conversions;

	private final Supplier<FieldNamingStrategy> fieldNaming;

	/**
	 * Create a factory of templates. Nothing is asked for before a migration uses one.
	 * @param conversions the application's conversions
	 * @param fieldNaming the application's names of fields
	 */
	public MigrationTemplates(Supplier<MongoCustomConversions> conversions, Supplier<FieldNamingStrategy> fieldNaming) {
		this.conversions = conversions;
		this.fieldNaming = fieldNaming;
	}

	MongoTemplate create(MongoDatabaseFactory factory) {
		MongoCustomConversions conversions = this.conversions.get();
		MongoMappingContext context = new MongoMappingContext();
		context.setAutoIndexCreation(false);
		context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
		context.setFieldNamingStrategy(this.fieldNaming.get());
		context.afterPropertiesSet();
		MappingMongoConverter converter = new MappingMongoConverter(new DefaultDbRefResolver(factory), context);
		converter.setCustomConversions(conversions);
		converter.afterPropertiesSet();
		MongoTemplate template = new MongoTemplate(factory, converter);
		template.setSessionSynchronization(SessionSynchronization.NEVER);
		return template;
	}

}
