package io.gemforce.migrations.autoconfigure;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import com.mongodb.ConnectionString;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.env.Environment;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.MongoOperations;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.util.StringUtils;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;

/**
 * Checks that the application's template uses the database that is migrated: that of the
 * {@link MongoDatabaseFactory}, which a hand-made template need not use. What is known
 * before the migrations is refused before them. The template itself is there only after
 * them, but is checked before any other bean gets it.
 */
final class TemplateDatabaseCheck implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(TemplateDatabaseCheck.class);

	private static final String BOOT = "org.springframework.boot.";

	private static final String DEFAULT_DATABASE = "test";

	private final ConfigurableListableBeanFactory beans;

	private final Environment environment;

	private @Nullable MongoDatabaseFactory migrated;

	TemplateDatabaseCheck(ConfigurableListableBeanFactory beans, Environment environment) {
		this.beans = beans;
		this.environment = environment;
	}

	// Called before the migrations
	MongoDatabaseFactory migrating(MongoDatabaseFactory factory) {
		String database = factory.getMongoDatabase().getName();
		Optional<String> handMade = handMadeTemplate();
		if (handMade.isPresent() && database.equals(DEFAULT_DATABASE) && !isNamed()) {
			throw refusal(
					"Store 'mongo' would be migrated in database '%s', which is only the default, while bean '%s' is made "
						.formatted(database, handMade.get()) + "with a database of its own",
					"Set spring.mongodb.database to the database of bean '%s', or make the bean with the "
						.formatted(handMade.get()) + "MongoDatabaseFactory bean",
					"unchanged");
		}
		logger.info("migrations: mongo is database '%s'".formatted(database));
		this.migrated = factory;
		return factory;
	}

	private boolean isNamed() {
		String uri = this.environment.getProperty("spring.mongodb.uri");
		return StringUtils.hasText(this.environment.getProperty("spring.mongodb.database"))
				|| (StringUtils.hasText(uri) && new ConnectionString(uri).getDatabase() != null);
	}

	// A template that is made with a factory uses the factory that is migrated
	private Optional<String> handMadeTemplate() {
		return Arrays.stream(this.beans.getBeanNamesForType(MongoOperations.class, true, false))
			.filter(this::isMain)
			.filter((name) -> this.beans.containsBeanDefinition(name)
					&& this.beans.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition
					&& isHandMade(definition.getResolvedFactoryMethod()))
			.findFirst();
	}

	private static boolean isHandMade(@Nullable Method method) {
		return method != null && !method.getDeclaringClass().getName().startsWith(BOOT)
				&& Arrays.stream(method.getParameterTypes()).noneMatch(MongoDatabaseFactory.class::isAssignableFrom);
	}

	private boolean isMain(String name) {
		List<String> names = List.of(this.beans.getBeanNamesForType(MongoOperations.class, true, false));
		BeanDefinition definition = this.beans.containsBeanDefinition(name) ? this.beans.getMergedBeanDefinition(name)
				: null;
		return names.equals(List.of(name)) || (definition != null && definition.isPrimary());
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		MongoDatabaseFactory migrated = this.migrated;
		if (migrated != null && bean instanceof MongoTemplate template && template.getMongoDatabaseFactory() != migrated
				&& isMain(beanName)) {
			String database = migrated.getMongoDatabase().getName();
			String templates = template.getMongoDatabaseFactory().getMongoDatabase().getName();
			if (!database.equals(templates)) {
				throw refusal(
						"Store 'mongo' is database '%s', but bean '%s' works in database '%s'".formatted(database,
								beanName, templates),
						("Set spring.mongodb.database=%s, or make bean '%s' with the MongoDatabaseFactory bean. What is "
								+ "recorded in database '%s' stays there")
							.formatted(templates, beanName, database),
						"database '%s' has been migrated, database '%s' is unchanged".formatted(database, templates));
			}
		}
		return bean;
	}

	private static MigrationException refusal(String what, String action, String state) {
		return new MigrationException(Problem.error(ProblemCode.AMBIGUOUS_BEAN, StoreName.MONGO, what, action), state,
				null);
	}

}
