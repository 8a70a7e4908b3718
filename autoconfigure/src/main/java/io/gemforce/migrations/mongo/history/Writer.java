package io.gemforce.migrations.mongo.history;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Who has written a row of the history.
 *
 * @param fence the fence that it was written under, 0 if that is not known
 */
public record Writer(@Nullable String application, @Nullable String runId, long fence) {

	static Writer of(Document document) {
		HistoryFields fields = new HistoryFields(document);
		Long fence = fields.number(HistoryFields.FENCE);
		return new Writer(fields.text(HistoryFields.APPLICATION), fields.text(HistoryFields.RUN_ID),
				(fence != null) ? fence : 0);
	}

}
