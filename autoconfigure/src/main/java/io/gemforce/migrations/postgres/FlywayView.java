package io.gemforce.migrations.postgres;

import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.postgres.history.BuildVersions;
import io.gemforce.migrations.postgres.history.EffectiveHold;
import io.gemforce.migrations.store.Validation;

/**
 * The state of the store as Flyway knows it, and the newest execution by migration id.
 */
record FlywayView(Validation validation, Map<String, Execution> executions, BuildVersions build,
		@Nullable EffectiveHold hold) {

	FlywayView with(Problem problem) {
		return new FlywayView(
				new Validation(this.validation.entries(),
						Stream.concat(Stream.of(problem), this.validation.problems().stream()).toList()),
				this.executions, this.build, this.hold);
	}

	boolean isHeld() {
		return this.validation.isHeld();
	}

	boolean liftsHold() {
		return this.hold != null && this.hold.isLiftedBy(this.build);
	}

}
