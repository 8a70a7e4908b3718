package io.gemforce.migrations.mongo.context;

import java.util.Map;
import java.util.function.Supplier;

import org.bson.conversions.Bson;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.mapping.callback.EntityCallback;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.util.function.SingletonSupplier;

/**
 * The application's entity callbacks, auditing among them. Looked up when the first
 * object is converted, as a migration on plain documents does not need them.
 */
final class ApplicationCallbacks implements EntityCallbacks {

	private final Supplier<EntityCallbacks> callbacks;

	ApplicationCallbacks(ApplicationContext application) {
		this.callbacks = SingletonSupplier.of(() -> find(application));
	}

	private static EntityCallbacks find(ApplicationContext application) {
		if (!(application instanceof ConfigurableApplicationContext configurable)) {
			return EntityCallbacks.create(application);
		}
		ConfigurableListableBeanFactory beans = configurable.getBeanFactory();
		try {
			return EntityCallbacks.create(beans);
		}
		catch (BeansException ex) {
			throw ApplicationMapping.refusal("call the application's entity callbacks",
					"one of them cannot be had before the migrations: " + ex.getMessage(), ex);
		}
	}

	@Override
	public void addEntityCallback(EntityCallback<?> callback) {
		this.callbacks.get().addEntityCallback(callback);
	}

	@Override
	@SuppressWarnings("rawtypes")
	public <T> T callback(Class<? extends EntityCallback> callbackType, T entity, Object... args) {
		return isPlain(entity) ? entity : this.callbacks.get().callback(callbackType, entity, args);
	}

	static boolean isPlain(Object object) {
		return object instanceof Bson || object instanceof Map;
	}

}
