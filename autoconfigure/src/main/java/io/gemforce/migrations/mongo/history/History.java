package io.gemforce.migrations.mongo.history;

import java.util.List;
import java.util.stream.LongStream;

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
		return this.rows.stream().filter((row) -> row.isOpen() && row.fence() < fence).toList();
	}

	public long highestFenceOfOthers(String runId) {
		LongStream fences = this.rows.stream().filter((row) -> !runId.equals(row.runId())).mapToLong(HistoryRow::fence);
		LongStream unreadable = this.unreadable.stream()
			.filter((row) -> !runId.equals(row.runId()))
			.mapToLong(UnreadableRow::fence);
		return LongStream.concat(fences, unreadable).max().orElse(0);
	}

}
