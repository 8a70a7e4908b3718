package io.gemforce.migrations.mongo.history;

import java.util.Objects;
import java.util.Optional;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Version;

/**
 * What a runner needs of a row of the history.
 *
 * @param rank the position in the history
 * @param version the version, {@code null} if the row is not about a migration
 * @param description the description
 * @param type what the migration is made of, {@code null} if a newer build wrote what
 * this one does not know
 * @param script the class or file, {@code null} if there is none
 * @param checksum the checksum, {@code null} if there is none
 * @param direction whether the migration was applied or undone
 * @param state the state of the execution
 * @param transactional whether it ran in a transaction
 * @param application the service that executed it, {@code null} if that is not known
 * @param runId the run that executed it, {@code null} if that is not known
 * @param fence the fence of the lock that it was executed under
 */
public record HistoryRow(long rank, @Nullable Version version, String description, @Nullable MigrationType type,
		@Nullable String script, @Nullable String checksum, Direction direction, MigrationState state,
		boolean transactional, @Nullable String application, @Nullable String runId, long fence) {

	/**
	 * Tell what of a document cannot be understood. What is not known must not be taken
	 * for something else: a version that seems not to be there would be applied again.
	 * @return the name of a field, or empty if the document can be read, or says nothing
	 * about a migration
	 */
	static Optional<String> unreadable(Document document) {
		if (!isRow(document)) {
			return Optional.empty();
		}
		HistoryFields fields = new HistoryFields(document);
		if (fields.number(HistoryFields.RANK) == null) {
			return Optional.of(HistoryFields.RANK);
		}
		if (fields.constant(HistoryFields.STATE, MigrationState.class) == null) {
			return Optional.of(HistoryFields.STATE);
		}
		if (document.get(HistoryFields.VERSION) != null && version(fields) == null) {
			return Optional.of(HistoryFields.VERSION);
		}
		if (document.get(HistoryFields.DIRECTION) != null
				&& fields.constant(HistoryFields.DIRECTION, Direction.class) == null) {
			return Optional.of(HistoryFields.DIRECTION);
		}
		return Optional.empty();
	}

	private static boolean isRow(Document document) {
		return document.get(HistoryFields.VERSION) != null || document.get(HistoryFields.STATE) != null;
	}

	private static @Nullable Version version(HistoryFields fields) {
		String version = fields.text(HistoryFields.VERSION);
		return (version != null) ? Version.parse(version).orElse(null) : null;
	}

	/**
	 * Returns the row, or empty if the document is none, or cannot be understood.
	 */
	static Optional<HistoryRow> from(Document document) {
		if (!isRow(document) || unreadable(document).isPresent()) {
			return Optional.empty();
		}
		HistoryFields fields = new HistoryFields(document);
		Long fence = fields.number(HistoryFields.FENCE);
		Direction direction = fields.constant(HistoryFields.DIRECTION, Direction.class);
		String description = fields.text(HistoryFields.DESCRIPTION);
		return Optional.of(new HistoryRow(Objects.requireNonNull(fields.number(HistoryFields.RANK)), version(fields),
				(description != null) ? description : "", fields.constant(HistoryFields.TYPE, MigrationType.class),
				fields.text(HistoryFields.SCRIPT), fields.text(HistoryFields.CHECKSUM),
				(direction != null) ? direction : Direction.UP,
				Objects.requireNonNull(fields.constant(HistoryFields.STATE, MigrationState.class)),
				Boolean.TRUE.equals(fields.flag(HistoryFields.TRANSACTIONAL)), fields.text(HistoryFields.APPLICATION),
				fields.text(HistoryFields.RUN_ID), (fence != null) ? fence : 0));
	}

	/**
	 * Whether the execution has not been closed.
	 * @return whether it is running, or was interrupted and nobody has noticed yet
	 */
	public boolean isOpen() {
		return this.state == MigrationState.RUNNING;
	}

}
