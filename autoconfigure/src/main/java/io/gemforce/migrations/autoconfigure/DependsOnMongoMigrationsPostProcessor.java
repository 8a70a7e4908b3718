package io.gemforce.migrations.autoconfigure;

import org.springframework.boot.autoconfigure.AbstractDependsOnBeanFactoryPostProcessor;

final class DependsOnMongoMigrationsPostProcessor extends AbstractDependsOnBeanFactoryPostProcessor {

	DependsOnMongoMigrationsPostProcessor(Class<?> beanClass) {
		super(beanClass, MongoMigrationInitializer.class);
	}

}
