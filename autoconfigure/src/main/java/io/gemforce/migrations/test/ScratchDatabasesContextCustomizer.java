package io.gemforce.migrations.test;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.util.ClassUtils;

/**
 * Makes a service migrate nothing when it starts, and work on scratch databases. Beans
 * are lazy, so that none needs a schema before it is there.
 */
final class ScratchDatabasesContextCustomizer implements ContextCustomizer {

	private static final String SOURCE = "gemforceMigrationsRehearsal";

	private static final String DATABASE = "gemforce_rehearsal_test_";

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
		Map<String, Object> properties = new HashMap<>();
		properties.put("gemforce.migrations.mode", "observe");
		properties.put("spring.main.lazy-initialization", "true");
		properties.put("spring.mongodb.database", DATABASE + UUID.randomUUID().toString().substring(0, 8));
		context.getEnvironment().getPropertySources().addFirst(new MapPropertySource(SOURCE, properties));
		BeanDefinitionRegistry registry = (BeanDefinitionRegistry) context.getBeanFactory();
		if (isPresent("org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails")) {
			register(registry, ScratchJdbcConnectionDetailsPostProcessor.class);
		}
		if (isPresent("org.springframework.data.mongodb.MongoDatabaseFactory")) {
			register(registry, ScratchMongoDatabase.class);
		}
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, ScratchDatabasesContextCustomizer.class.getClassLoader());
	}

	private static void register(BeanDefinitionRegistry registry, Class<?> type) {
		RootBeanDefinition definition = new RootBeanDefinition(type);
		definition.setLazyInit(false);
		registry.registerBeanDefinition(type.getName(), definition);
	}

	@Override
	public boolean equals(Object obj) {
		return obj instanceof ScratchDatabasesContextCustomizer;
	}

	@Override
	public int hashCode() {
		return ScratchDatabasesContextCustomizer.class.hashCode();
	}

}
