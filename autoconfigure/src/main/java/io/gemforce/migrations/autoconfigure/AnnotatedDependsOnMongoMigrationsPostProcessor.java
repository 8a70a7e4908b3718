package io.gemforce.migrations.autoconfigure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.core.Ordered;

/**
 * Makes beans that are annotated with
 * {@link DependsOnDatabaseInitialization @DependsOnDatabaseInitialization} wait for the
 * {@link MongoMigrationInitializer}. Boot does so for initializers of SQL databases only;
 * telling it that this is one would make all users of JDBC wait for it, too.
 */
final class AnnotatedDependsOnMongoMigrationsPostProcessor implements BeanFactoryPostProcessor, Ordered {

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		for (String name : beanFactory.getBeanDefinitionNames()) {
			if (beanFactory.findAnnotationOnBean(name, DependsOnDatabaseInitialization.class, false) != null) {
				BeanDefinition definition = beanFactory.getBeanDefinition(name);
				String[] before = definition.getDependsOn();
				Set<String> dependsOn = new LinkedHashSet<>((before != null) ? List.of(before) : List.of());
				dependsOn.add(MongoMigrationInitializer.BEAN_NAME);
				definition.setDependsOn(dependsOn.toArray(String[]::new));
			}
		}
	}

	@Override
	public int getOrder() {
		return 0;
	}

}
