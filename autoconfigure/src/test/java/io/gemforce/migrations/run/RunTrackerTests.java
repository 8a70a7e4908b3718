package io.gemforce.migrations.run;

import java.time.Clock;

import org.junit.jupiter.api.Test;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link RunTracker}.
 */
class RunTrackerTests {

	private final RunTracker tracker = new RunTracker(Clock.systemUTC());

	private final MigrationRun run = MigrationRun.begin(Trigger.STARTUP,
			new ApplicationInstance("gems", "1.4.0", "here", "ann"));

	@Test
	void failureOfAnyKindIsNotShownAsDone() {
		assertThatThrownBy(() -> this.tracker.execute(this.run, StoreName.MONGO, (progress) -> {
			throw new StackOverflowError();
		})).isInstanceOf(StackOverflowError.class);
		assertThat(this.tracker.newest()).get().satisfies((active) -> {
			assertThat(active.isRunning()).isFalse();
			assertThat(active.end()).isNotNull();
			assertThat(active.end().failure()).isInstanceOf(StackOverflowError.class);
		});
	}

}
