package io.gemforce.migrations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How the execution of a migration has ended.
 *
 * @param state {@link MigrationState#APPLIED}, {@link MigrationState#ROLLED_BACK} or
 * {@link MigrationState#FAILED}
 * @param duration how long it took
 * @param failure what it failed with, {@code null} if it did not fail
 * @param error why it failed, {@code null} if it did not
 */
public record ExecutionEnd(MigrationState state, Duration duration, @Nullable Throwable failure,
		@Nullable ExecutionError error) {

	public ExecutionEnd {
		failure = (failure != null) ? Causes.harmless(failure) : null;
	}

	/**
	 * An execution that did what it should.
	 * @param direction whether the migration was applied or undone
	 * @param duration how long it took
	 * @return the end
	 */
	public static ExecutionEnd succeeded(Direction direction, Duration duration) {
		return new ExecutionEnd((direction == Direction.UP) ? MigrationState.APPLIED : MigrationState.ROLLED_BACK,
				duration, null, null);
	}

	/**
	 * An execution that failed.
	 * @param duration how long it took
	 * @param failure what it failed with
	 * @param error why
	 * @return the end
	 */
	public static ExecutionEnd failed(Duration duration, Throwable failure, ExecutionError error) {
		return new ExecutionEnd(MigrationState.FAILED, duration, failure, error);
	}

	/**
	 * Whether the execution did what it should.
	 * @return whether it did not fail
	 */
	public boolean isSuccess() {
		return this.failure == null;
	}

}
