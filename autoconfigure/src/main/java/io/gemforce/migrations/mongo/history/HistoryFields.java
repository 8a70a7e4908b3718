package io.gemforce.migrations.mongo.history;

import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Objects;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationType;

/**
 * Reads the fields of a document in the history, which another build, another tool or an
 * operator may have written: what is missing or of another type is {@code null}.
 */
record HistoryFields(Document document) {

	static final String RANK = "_id";

	static final String VERSION = "version";

	static final String DESCRIPTION = "description";

	static final String TYPE = "type";

	static final String SCRIPT = "script";

	static final String CHECKSUM = "checksum";

	static final String DIRECTION = "direction";

	static final String STATE = "state";

	static final String PHASE = "phase";

	static final String TRANSACTIONAL = "transactional";

	static final String STARTED_AT = "startedAt";

	static final String FINISHED_AT = "finishedAt";

	static final String DURATION_MS = "durationMs";

	static final String RUN_ID = "runId";

	static final String TRIGGER = "trigger";

	static final String APPLICATION = "application";

	static final String APPLICATION_VERSION = "applicationVersion";

	static final String HOST = "host";

	static final String USER = "user";

	static final String REASON = "reason";

	static final String FENCE = "fence";

	static final String ERROR = "error";

	static final String ERROR_TYPE = "type";

	static final String ERROR_MESSAGE = "message";

	static final String ERROR_CODE = "code";

	@Nullable String text(String field) {
		return (this.document.get(field) instanceof String text) ? text : null;
	}

	@Nullable Long number(String field) {
		return (this.document.get(field) instanceof Number number) ? number.longValue() : null;
	}

	@Nullable Boolean flag(String field) {
		return (this.document.get(field) instanceof Boolean flag) ? flag : null;
	}

	@Nullable Instant instant(String field) {
		return (this.document.get(field) instanceof Date date) ? date.toInstant() : null;
	}

	@Nullable Document child(String field) {
		return (this.document.get(field) instanceof Document child) ? child : null;
	}

	String description() {
		return Objects.requireNonNullElse(text(DESCRIPTION), "");
	}

	@Nullable MigrationType type() {
		return constant(TYPE, MigrationType.class);
	}

	Direction direction() {
		return Objects.requireNonNullElse(constant(DIRECTION, Direction.class), Direction.UP);
	}

	<E extends Enum<E>> @Nullable E constant(String field, Class<E> type) {
		String name = text(field);
		if (name != null) {
			for (E constant : type.getEnumConstants()) {
				if (constant.name().equals(name.toUpperCase(Locale.ROOT))) {
					return constant;
				}
			}
		}
		return null;
	}

}
