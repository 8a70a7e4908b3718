package io.gemforce.migrations.mongo.context;

import java.lang.reflect.Field;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.context.ApplicationContext;
import org.springframework.data.mapping.PersistentEntity;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.data.mapping.context.AbstractMappingContext;
import org.springframework.data.mapping.model.EntityInstantiators;
import org.springframework.data.mapping.model.Property;
import org.springframework.data.mapping.model.SimpleTypeHolder;
import org.springframework.data.mongodb.CodecRegistryProvider;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.convert.AbstractMongoConverter;
import org.springframework.data.mongodb.core.convert.DbRefResolver;
import org.springframework.data.mongodb.core.convert.DefaultDbRefResolver;
import org.springframework.data.mongodb.core.convert.MappingMongoConverter;
import org.springframework.data.mongodb.core.convert.MongoConverter;
import org.springframework.data.mongodb.core.convert.MongoCustomConversions;
import org.springframework.data.mongodb.core.convert.MongoTypeMapper;
import org.springframework.data.mongodb.core.convert.NoOpDbRefResolver;
import org.springframework.data.mongodb.core.mapping.MongoMappingContext;
import org.springframework.data.mongodb.core.mapping.MongoPersistentEntity;
import org.springframework.data.mongodb.core.mapping.MongoPersistentProperty;
import org.springframework.data.mongodb.repository.support.MongoRepositoryFactoryBean;
import org.springframework.data.repository.Repository;
import org.springframework.data.repository.core.support.AbstractRepositoryMetadata;
import org.springframework.util.ReflectionUtils;

/**
 * How the application maps classes to documents. All of it is taken over into a converter
 * of the migration's own, or the converter is refused: one that maps only nearly as the
 * application does loses data silently.
 */
final class ApplicationMapping {

	// What Spring Data lets an application set, but does not tell
	static final Map<Class<?>, List<String>> HIDDEN = Map.of(AbstractMappingContext.class, List.of("simpleTypeHolder"),
			AbstractMongoConverter.class, List.of("instantiators"), MappingMongoConverter.class,
			List.of("typeMapper", "mapKeyDotReplacement", "codecRegistryProvider", "dbRefResolver"));

	private final ApplicationContext application;

	ApplicationMapping(ApplicationContext application) {
		this.application = application;
	}

	MappingMongoConverter converter(MongoDatabaseFactory factory, EntityCallbacks callbacks) {
		MongoConverter original = single(MongoConverter.class);
		MappingMongoConverter converter = (original != null) ? copy(original, factory)
				: withDefaults(factory, single(MongoCustomConversions.class));
		converter.setEntityCallbacks(callbacks);
		converter.setApplicationContext(this.application);
		converter.afterPropertiesSet();
		return converter;
	}

	private MappingMongoConverter withDefaults(MongoDatabaseFactory factory,
			@Nullable MongoCustomConversions conversions) {
		MongoMappingContext context = new MongoMappingContext();
		MappingMongoConverter converter = new MappingMongoConverter(new DefaultDbRefResolver(factory), context);
		if (conversions != null) {
			context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
			converter.setCustomConversions(conversions);
		}
		initialize(context, Set.of());
		return converter;
	}

	private MappingMongoConverter copy(MongoConverter original, MongoDatabaseFactory factory) {
		requireKnown(original, MappingMongoConverter.class);
		requireKnown(original.getMappingContext(), MongoMappingContext.class);
		MongoMappingContext context = copy((MongoMappingContext) original.getMappingContext());
		MappingMongoConverter converter = new MappingMongoConverter(references(original, factory), context);
		converter.setCustomConversions(original.getCustomConversions());
		converter
			.setInstantiators(read(AbstractMongoConverter.class, "instantiators", original, EntityInstantiators.class));
		converter.setTypeMapper(read(MappingMongoConverter.class, "typeMapper", original, MongoTypeMapper.class));
		converter
			.setMapKeyDotReplacement(read(MappingMongoConverter.class, "mapKeyDotReplacement", original, String.class));
		converter.setCodecRegistryProvider(
				read(MappingMongoConverter.class, "codecRegistryProvider", original, CodecRegistryProvider.class));
		return converter;
	}

	// What a reference leads to is read in the migration's transaction
	private static DbRefResolver references(MongoConverter original, MongoDatabaseFactory factory) {
		DbRefResolver resolver = read(MappingMongoConverter.class, "dbRefResolver", original, DbRefResolver.class);
		if (resolver == NoOpDbRefResolver.INSTANCE) {
			return NoOpDbRefResolver.INSTANCE;
		}
		requireKnown(resolver, DefaultDbRefResolver.class);
		return new DefaultDbRefResolver(factory);
	}

	private MongoMappingContext copy(MongoMappingContext original) {
		MongoMappingContext context = new MappingContextCopy(original);
		SimpleTypeHolder simpleTypes = read(AbstractMappingContext.class, "simpleTypeHolder", original,
				SimpleTypeHolder.class);
		if (simpleTypes != null) {
			context.setSimpleTypeHolder(simpleTypes);
		}
		Set<Class<?>> types = new LinkedHashSet<>();
		original.getPersistentEntities().stream().map(PersistentEntity::getType).forEach(types::add);
		initialize(context, types);
		return context;
	}

	private void initialize(MongoMappingContext context, Set<Class<?>> types) {
		Set<Class<?>> all = new LinkedHashSet<>(types);
		all.addAll(typesOfRepositories());
		context.setInitialEntitySet(all);
		context.setAutoIndexCreation(false);
		// The application's listeners hear of the application's mapping only
		context.setApplicationEventPublisher((event) -> {
		});
		context.setApplicationContext(this.application);
		context.afterPropertiesSet();
	}

	// The application's context learns of these when the repositories are created, which
	// is after the migrations
	private Set<Class<?>> typesOfRepositories() {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (String name : this.application.getBeanNamesForType(Repository.class, true, false)) {
			Class<?> factory = this.application.getType("&" + name, false);
			Class<?> repository = this.application.getType(name, false);
			if (factory != null && MongoRepositoryFactoryBean.class.isAssignableFrom(factory) && repository != null
					&& repository.isInterface()) {
				types.add(AbstractRepositoryMetadata.getMetadata(repository).getDomainType());
			}
		}
		return types;
	}

	private <T> @Nullable T single(Class<T> type) {
		try {
			return this.application.getBeanProvider(type).getIfAvailable();
		}
		catch (NoUniqueBeanDefinitionException ex) {
			throw refusal("map as the application does", "of the beans of type %s (%s) none is the primary one"
				.formatted(type.getSimpleName(), ex.getBeanNamesFound()), ex);
		}
		catch (BeansException ex) {
			throw refusal("map as the application does", "its bean of type %s cannot be had before the migrations: %s"
				.formatted(type.getSimpleName(), ex.getMessage()), ex);
		}
	}

	private static void requireKnown(@Nullable Object part, Class<?> known) {
		if (part == null || part.getClass() != known) {
			throw refusal("map as the application does", "a %s can be taken over, but not the application's %s"
				.formatted(known.getSimpleName(), (part != null) ? part.getClass().getName() : "lack of one"), null);
		}
	}

	private static <T> @Nullable T read(Class<?> owner, String field, Object original, Class<T> type) {
		Field found = ReflectionUtils.findField(owner, field, null);
		if (found == null) {
			throw refusal("map as the application does",
					"this version of Spring Data has no %s.%s".formatted(owner.getSimpleName(), field), null);
		}
		ReflectionUtils.makeAccessible(found);
		return type.cast(ReflectionUtils.getField(found, original));
	}

	static IllegalStateException refusal(String what, String why, @Nullable Throwable cause) {
		return new IllegalStateException(
				"MongoMigrationContext.template() cannot %s: %s. Use collection() or database() instead".formatted(what,
						why),
				cause);
	}

	// Names fields as the original does, and knows nothing of what it is asked for later
	private static final class MappingContextCopy extends MongoMappingContext {

		private final MongoMappingContext original;

		private MappingContextCopy(MongoMappingContext original) {
			this.original = original;
		}

		@Override
		public MongoPersistentProperty createPersistentProperty(Property property, MongoPersistentEntity<?> owner,
				SimpleTypeHolder simpleTypeHolder) {
			return this.original.createPersistentProperty(property, owner, simpleTypeHolder);
		}

	}

}
