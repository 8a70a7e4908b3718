package io.gemforce.migrations.mongo.history;

import java.util.List;

/**
 * The history as it was read at one moment.
 *
 * @param rows the rows, by ascending rank
 * @param nextRank the rank after the highest one
 */
public record History(List<HistoryRow> rows, long nextRank) {

	public History {
		rows = List.copyOf(rows);
	}

	/**
	 * Whether an execution has not been closed.
	 * @return whether there is an open row
	 */
	public boolean hasOpenRows() {
		return this.rows.stream().anyMatch(HistoryRow::isOpen);
	}

	/**
	 * Return the executions that a holder of the lock finds left open by earlier ones.
	 * @param fence the holder's fence
	 * @return the open rows of lower fences
	 */
	public List<HistoryRow> leftOpenBefore(long fence) {
		return this.rows.stream().filter((row) -> row.isOpen() && row.fence() < fence).toList();
	}

	/**
	 * Return the highest fence that another run has written under.
	 * @param runId the run that is not another one
	 * @return the fence, 0 if there is none
	 */
	public long highestFenceOfOthers(String runId) {
		return this.rows.stream()
			.filter((row) -> !runId.equals(row.runId()))
			.mapToLong(HistoryRow::fence)
			.max()
			.orElse(0);
	}

}
