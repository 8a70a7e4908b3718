package io.gemforce.migrations.postgres;

import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.postgres.history.BuildVersions;
import io.gemforce.migrations.postgres.history.EffectiveHold;
import io.gemforce.migrations.store.Validation;

/**
 * What Flyway knows.
 *
 * @param validation the migrations and the problems
 * @param executions the newest execution of each migration, by id, as Flyway's own table
 * has it
 * @param build the versions of this build
 * @param hold the hold, {@code null} if there is none
 */
record FlywayView(Validation validation, Map<String, Execution> executions, BuildVersions build,
		@Nullable EffectiveHold hold) {

	FlywayView with(Problem problem) {
		return new FlywayView(
				new Validation(this.validation.entries(),
						Stream.concat(Stream.of(problem), this.validation.problems().stream()).toList()),
				this.executions, this.build, this.hold);
	}

	/**
	 * Whether a hold keeps this build from running what it has.
	 */
	boolean isHeld() {
		return this.validation.entries().stream().anyMatch((entry) -> entry.state() == MigrationState.HELD);
	}

	boolean liftsHold() {
		return this.hold != null && this.hold.isLiftedBy(this.build);
	}

}
