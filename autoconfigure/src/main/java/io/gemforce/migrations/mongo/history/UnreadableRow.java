package io.gemforce.migrations.mongo.history;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A row of the history that this build does not understand, because a newer one, another
 * tool or an operator wrote it. Nothing can be decided on such a history.
 *
 * @param fence the fence that it was written under, 0 if that is not known
 */
public record UnreadableRow(String id, String reason, @Nullable String runId, long fence) {

	static UnreadableRow of(Document document, String field) {
		HistoryFields fields = new HistoryFields(document);
		Long fence = fields.number(HistoryFields.FENCE);
		Object value = document.get(field);
		return new UnreadableRow(abbreviate(document.get(HistoryFields.RANK)),
				(value != null) ? "its '%s' is %s".formatted(field, abbreviate(value))
						: "it has no '%s'".formatted(field),
				fields.text(HistoryFields.RUN_ID), (fence != null) ? fence : 0);
	}

	private static String abbreviate(@Nullable Object value) {
		String text = (value instanceof String) ? "'%s'".formatted(value) : String.valueOf(value);
		return (text.length() <= 60) ? text : text.substring(0, 60) + "…";
	}

}
