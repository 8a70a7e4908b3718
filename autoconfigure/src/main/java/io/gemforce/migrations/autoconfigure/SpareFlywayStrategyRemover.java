package io.gemforce.migrations.autoconfigure;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;

/**
 * Removes the default {@link CoordinatedFlywayStrategy} where there is another strategy
 * after all: some are contributed by a later auto-configuration without a condition, such
 * as that of Spring Modulith.
 */
final class SpareFlywayStrategyRemover implements BeanDefinitionRegistryPostProcessor {

	static final String STRATEGY = "migrationsFlywayStrategy";

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
		if (registry instanceof ListableBeanFactory beanFactory && registry.containsBeanDefinition(STRATEGY)
				&& beanFactory.getBeanNamesForType(FlywayMigrationStrategy.class, true, false).length > 1) {
			registry.removeBeanDefinition(STRATEGY);
		}
	}

}
