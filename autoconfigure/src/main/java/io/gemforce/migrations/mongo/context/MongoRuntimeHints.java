package io.gemforce.migrations.mongo.context;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * {@link RuntimeHintsRegistrar} for what migrations get: proxies of the driver's objects,
 * and what is read of the application's mapping.
 */
public class MongoRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		OperationGuard.GUARDED.forEach((type) -> hints.proxies().registerJdkProxy(type));
		ApplicationMapping.HIDDEN.forEach(
				(type, fields) -> hints.reflection().registerType(type, (hint) -> fields.forEach(hint::withField)));
	}

}
