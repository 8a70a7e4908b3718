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
 * @param end {@code null} as long as it goes on
 */
public record ActiveRun(MigrationRun run, StoreName store, Instant startedAt, @Nullable String migration, int step,
		@Nullable End end) {

	static ActiveRun begin(MigrationRun run, StoreName store, Instant now) {
		return new ActiveRun(run, store, now, null, 0, null);
	}

	ActiveRun at(String migration) {
		int next = migration.equals(this.migration) ? this.step : this.step + 1;
		return new ActiveRun(this.run, this.store, this.startedAt, migration, next, null);
	}

	ActiveRun end(End end) {
		return new ActiveRun(this.run, this.store, this.startedAt, this.migration, this.step, end);
	}

	public boolean isRunning() {
		return this.end == null;
	}

	// When it ended, or else began
	Instant changedAt() {
		return (this.end != null) ? this.end.at() : this.startedAt;
	}

	/**
	 * How it ended.
	 *
	 * @param result what was done, {@code null} if it failed or nothing but records was
	 * changed
	 */
	public record End(Instant at, @Nullable StoreResult result, @Nullable Throwable failure) {

	}

}
