package io.gemforce.migrations.run;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * A run that this process is at work on in a store, or was.
 *
 * @param migration the id of the migration that it is at work on, or was last,
 * {@code null} before the first one
 * @param step the number of that migration in the run, from 1
 * @param result what was done, {@code null} as long as that is not known, or if nothing
 * but records was changed
 */
public record ActiveRun(MigrationRun run, StoreName store, Instant startedAt, @Nullable Instant finishedAt,
		@Nullable String migration, int step, @Nullable StoreResult result, @Nullable Throwable failure) {

	static ActiveRun begin(MigrationRun run, StoreName store, Instant now) {
		return new ActiveRun(run, store, now, null, null, 0, null, null);
	}

	ActiveRun at(String migration) {
		int next = migration.equals(this.migration) ? this.step : this.step + 1;
		return new ActiveRun(this.run, this.store, this.startedAt, null, migration, next, null, null);
	}

	ActiveRun end(@Nullable StoreResult result, @Nullable Throwable failure, Instant now) {
		return new ActiveRun(this.run, this.store, this.startedAt, now, this.migration, this.step, result, failure);
	}

	public boolean isRunning() {
		return this.finishedAt == null;
	}

}
