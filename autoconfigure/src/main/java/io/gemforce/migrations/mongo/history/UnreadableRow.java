package io.gemforce.migrations.mongo.history;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A row of the history that this build does not understand, because a newer one, another
 * tool or an operator wrote it. Nothing can be decided on such a history.
 */
public record UnreadableRow(String id, String reason, Writer writer) {

	static UnreadableRow of(Document document, String field) {
		Object value = document.get(field);
		return new UnreadableRow(
				abbreviate(document.get(HistoryFields.RANK)), (value != null)
						? "its '%s' is %s".formatted(field, abbreviate(value)) : "it has no '%s'".formatted(field),
				Writer.of(document));
	}

	private static String abbreviate(@Nullable Object value) {
		String text = (value instanceof String) ? "'%s'".formatted(value) : String.valueOf(value);
		return (text.length() <= 60) ? text : text.substring(0, 60) + "…";
	}

}
