package io.gemforce.migrations.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;

import io.gemforce.migrations.run.Migrations;

/**
 * Replaces a strategy of the user's by a {@link CoordinatedFlywayStrategy}.
 */
final class FlywayStrategyPostProcessor implements BeanPostProcessor {

	private final ObjectProvider<Migrations> migrations;

	FlywayStrategyPostProcessor(ObjectProvider<Migrations> migrations) {
		this.migrations = migrations;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (bean instanceof FlywayMigrationStrategy strategy && !(bean instanceof CoordinatedFlywayStrategy))
				? new CoordinatedFlywayStrategy(this.migrations, strategy) : bean;
	}

}
