package io.gemforce.migrations;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One attempt to execute a migration, as the history keeps it. What a store does not know
 * is {@code null}.
 *
 * @param rank the position in the history
 * @param version the version, {@code null} if it has none
 * @param description the description
 * @param type what the migration is made of
 * @param script the file or class
 * @param checksum the checksum at the time
 * @param direction whether it was applied or undone
 * @param state how the execution ended
 * @param phase the phase that it ran in
 * @param transactional whether it ran in a transaction
 * @param startedAt when it began
 * @param finishedAt when it ended
 * @param durationMs how long it took, in milliseconds
 * @param runId the run that it belongs to
 * @param trigger what began the run
 * @param application the service that executed it
 * @param applicationVersion the version of that service
 * @param host the host that it ran on
 * @param user the user who executed it
 * @param reason why, where a reason was given
 * @param error why it failed
 */
public record Execution(long rank, @Nullable String version, String description, @Nullable MigrationType type,
		@Nullable String script, @Nullable String checksum, Direction direction, MigrationState state,
		@Nullable Phase phase, @Nullable Boolean transactional, @Nullable Instant startedAt,
		@Nullable Instant finishedAt, @Nullable Long durationMs, @Nullable String runId, @Nullable Trigger trigger,
		@Nullable String application, @Nullable String applicationVersion, @Nullable String host, @Nullable String user,
		@Nullable String reason, @Nullable ExecutionError error) {

}
