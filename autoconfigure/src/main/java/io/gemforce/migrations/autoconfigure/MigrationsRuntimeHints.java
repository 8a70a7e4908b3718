package io.gemforce.migrations.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

import io.gemforce.migrations.report.HistoryReport;
import io.gemforce.migrations.report.JobReport;
import io.gemforce.migrations.report.MigrationReport;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.report.StatusReport;

/**
 * {@link RuntimeHintsRegistrar} for what is looked up by name: the migrations of the
 * default locations, what lies beside the classes, and what is written as JSON.
 */
class MigrationsRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerPattern("db/mongo/**")
			.registerPattern("db/undo/**")
			.registerPattern("META-INF/gemforce-migrations/*")
			.registerPattern("io/gemforce/migrations/report/*");
		new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), StatusReport.class,
				HistoryReport.class, MigrationReport.class, PlanReport.class, JobReport.class);
	}

}
