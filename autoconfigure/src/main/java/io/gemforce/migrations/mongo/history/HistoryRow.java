package io.gemforce.migrations.mongo.history;

import java.util.Objects;
import java.util.Optional;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Version;

/**
 * What a runner needs of a row of the history.
 *
 * @param descriptor what it is about; without a version, it is not about a migration
 */
public record HistoryRow(long rank, MigrationDescriptor descriptor, Direction direction, MigrationState state,
		boolean transactional, Writer writer) {

	/**
	 * Return the name of a field that is not understood and must not be taken for
	 * something else: a version that seems to be absent would be applied again. Empty if
	 * all is understood, or the document says nothing about a migration.
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

	// Empty if the document is no row, or cannot be understood
	static Optional<HistoryRow> from(Document document) {
		if (!isRow(document) || unreadable(document).isPresent()) {
			return Optional.empty();
		}
		HistoryFields fields = new HistoryFields(document);
		MigrationDescriptor descriptor = new MigrationDescriptor(version(fields), fields.description(), fields.type(),
				fields.text(HistoryFields.SCRIPT), fields.text(HistoryFields.CHECKSUM));
		return Optional.of(new HistoryRow(Objects.requireNonNull(fields.number(HistoryFields.RANK)), descriptor,
				fields.direction(), Objects.requireNonNull(fields.constant(HistoryFields.STATE, MigrationState.class)),
				Boolean.TRUE.equals(fields.flag(HistoryFields.TRANSACTIONAL)), Writer.of(document)));
	}

	public @Nullable Version version() {
		return this.descriptor.version();
	}

	/**
	 * Whether it is running, or was interrupted and is not yet closed.
	 */
	public boolean isOpen() {
		return this.state == MigrationState.RUNNING;
	}

}
