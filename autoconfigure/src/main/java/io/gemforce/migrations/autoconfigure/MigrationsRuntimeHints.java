package io.gemforce.migrations.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

import io.gemforce.migrations.report.OperationReport;
import io.gemforce.migrations.report.Report;

/**
 * {@link RuntimeHintsRegistrar} for what is looked up by name: the migrations of the
 * default locations, resources, and what is written as JSON.
 */
class MigrationsRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerPattern("db/mongo/**")
			.registerPattern("db/undo/**")
			.registerPattern("META-INF/gemforce-migrations/*")
			.registerPattern("io/gemforce/migrations/report/*");
		BindingReflectionHintsRegistrar written = new BindingReflectionHintsRegistrar();
		written.registerReflectionHints(hints.reflection(), Report.class.getPermittedSubclasses());
		written.registerReflectionHints(hints.reflection(), OperationReport.class);
	}

}
