package io.gemforce.migrations.mongo.history;

import java.util.List;
import java.util.stream.Stream;

/**
 * The history as it was read at one moment, with its rows by ascending rank.
 *
 * @param nextRank the rank after the highest one
 */
public record History(List<HistoryRow> rows, List<UnreadableRow> unreadable, long nextRank) {

	public History {
		rows = List.copyOf(rows);
		unreadable = List.copyOf(unreadable);
	}

	public boolean hasOpenRows() {
		return this.rows.stream().anyMatch(HistoryRow::isOpen);
	}

	public List<HistoryRow> leftOpenBefore(long fence) {
		return this.rows.stream().filter((row) -> row.isOpen() && row.writer().fence() < fence).toList();
	}

	public long highestFenceOfOthers(String runId) {
		return Stream
			.concat(this.rows.stream().map(HistoryRow::writer), this.unreadable.stream().map(UnreadableRow::writer))
			.filter((writer) -> !runId.equals(writer.runId()))
			.mapToLong(Writer::fence)
			.max()
			.orElse(0);
	}

}
