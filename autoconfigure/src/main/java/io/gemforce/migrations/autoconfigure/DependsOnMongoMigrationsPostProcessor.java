package io.gemforce.migrations.autoconfigure;

import org.springframework.boot.autoconfigure.AbstractDependsOnBeanFactoryPostProcessor;

/**
 * Makes the beans of a type wait for the {@link MongoMigrationInitializer}.
 */
final class DependsOnMongoMigrationsPostProcessor extends AbstractDependsOnBeanFactoryPostProcessor {

	DependsOnMongoMigrationsPostProcessor(Class<?> beanClass) {
		super(beanClass, MongoMigrationInitializer.class);
	}

}
