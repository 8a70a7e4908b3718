package io.gemforce.migrations.mongo.history;

import java.util.List;
import java.util.stream.LongStream;

/**
 * The history as it was read at one moment.
 *
 * @param rows the rows, by ascending rank
 * @param unreadable the rows that this build does not understand
 * @param nextRank the rank after the highest one
 */
public record History(List<HistoryRow> rows, List<UnreadableRow> unreadable, long nextRank) {

	public History {
		rows = List.copyOf(rows);
		unreadable = List.copyOf(unreadable);
	}

	/**
	 * Whether an execution has not been closed.
	 */
	public boolean hasOpenRows() {
		return this.rows.stream().anyMatch(HistoryRow::isOpen);
	}

	/**
	 * Return the executions that a holder of the lock finds left open by earlier ones.
	 */
	public List<HistoryRow> leftOpenBefore(long fence) {
		return this.rows.stream().filter((row) -> row.isOpen() && row.fence() < fence).toList();
	}

	/**
	 * Return the highest fence that another run has written under.
	 */
	public long highestFenceOfOthers(String runId) {
		LongStream fences = this.rows.stream().filter((row) -> !runId.equals(row.runId())).mapToLong(HistoryRow::fence);
		LongStream unreadable = this.unreadable.stream()
			.filter((row) -> !runId.equals(row.runId()))
			.mapToLong(UnreadableRow::fence);
		return LongStream.concat(fences, unreadable).max().orElse(0);
	}

}
