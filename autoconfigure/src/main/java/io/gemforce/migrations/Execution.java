package io.gemforce.migrations;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to execute a migration, as the history keeps it. What a store does not know
 * is {@code null}.
 *
 * @param rank the position in the history
 * @param descriptor the migration as it was at the time
 * @param status what was done, and how it ended
 * @param timing when
 * @param origin by whom, and why
 * @param error why it failed
 */
public record Execution(long rank, @JsonUnwrapped MigrationDescriptor descriptor, @JsonUnwrapped Status status,
		@JsonUnwrapped Timing timing, @JsonUnwrapped Origin origin, @Nullable ExecutionError error) {

	/**
	 * What was done, and how it ended.
	 *
	 * @param direction whether the migration was applied or undone
	 * @param state how the execution ended
	 * @param phase the phase that it ran in
	 * @param transactional whether it ran in a transaction
	 */
	public record Status(Direction direction, MigrationState state, @Nullable Phase phase,
			@Nullable Boolean transactional) {

	}

	/**
	 * When it was executed.
	 *
	 * @param startedAt when it began
	 * @param finishedAt when it ended
	 * @param durationMs how long it took, in milliseconds
	 */
	public record Timing(@Nullable Instant startedAt, @Nullable Instant finishedAt, @Nullable Long durationMs) {

	}

	/**
	 * Who executed it, and why.
	 *
	 * @param runId the run that it belongs to
	 * @param trigger what began the run
	 * @param application the service that executed it
	 * @param applicationVersion the version of that service
	 * @param host the host that it ran on
	 * @param user the user who executed it
	 * @param reason why, where a reason was given
	 */
	public record Origin(@Nullable String runId, @Nullable Trigger trigger, @Nullable String application,
			@Nullable String applicationVersion, @Nullable String host, @Nullable String user,
			@Nullable String reason) {

	}

}
