package io.gemforce.migrations.postgres;

import java.util.List;
import java.util.function.Supplier;

import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.ValidateResult;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.LostHistory;

/**
 * The store's state, cached until something is executed or held.
 */
final class FlywayInspection {

	private final Supplier<Configuration> configuration;

	private final Supplier<FlywayDatabase> database;

	private final Supplier<FlywayValidator> validator;

	private volatile @Nullable String flywayVersion;

	private volatile boolean lookedForHidden;

	private @Nullable List<Object> viewedAt;

	private @Nullable FlywayView view;

	FlywayInspection(Supplier<Configuration> configuration, Supplier<FlywayDatabase> database,
			Supplier<FlywayValidator> validator) {
		this.configuration = configuration;
		this.database = database;
		this.validator = validator;
	}

	// Null until the version was asked for
	@Nullable String flywayVersion() {
		return this.flywayVersion;
	}

	ValidateResult precheck() {
		if (!this.lookedForHidden) {
			HiddenScripts.requireNone(this.configuration.get());
			this.lookedForHidden = true;
		}
		ValidateResult complaints = this.validator.get().precheck();
		this.flywayVersion = complaints.flywayVersion;
		return complaints;
	}

	Problem noMigrations() {
		return this.validator.get().noMigrations();
	}

	// Asks again only if something was executed or held since the last call
	synchronized FlywayView view() {
		FlywayDatabase database = this.database.get();
		List<Object> now = database.isPostgres() ? database.fingerprint() : null;
		FlywayView view = this.view;
		if (view == null || now == null || !now.equals(this.viewedAt)) {
			view = validate(precheck());
			this.viewedAt = isRunning(view) ? null : now;
			this.view = view;
		}
		return view;
	}

	// The lock tells whether an instance is at work, and it leaves no trace
	private static boolean isRunning(FlywayView view) {
		return view.validation().entries().stream().anyMatch((entry) -> entry.state() == MigrationState.RUNNING);
	}

	FlywayView validate(ValidateResult complaints) {
		FlywayDatabase database = this.database.get();
		FlywayView view = this.validator.get()
			.validate(complaints, database.summarizeLog(), database.viewHold().orElse(null));
		return database.isPostgres()
				? new LostHistory(database, this.configuration.get()).problem().map(view::with).orElse(view) : view;
	}

}
