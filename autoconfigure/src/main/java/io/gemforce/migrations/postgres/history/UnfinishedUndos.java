package io.gemforce.migrations.postgres.history;

import java.util.List;
import java.util.Map;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.history.FlywayDatabase.Tables;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;

/**
 * Undos that failed or were killed outside of a transaction, so that a migration that
 * Flyway's table has as applied may be undone in part.
 */
public final class UnfinishedUndos {

	private final FlywayDatabase database;

	public UnfinishedUndos(FlywayDatabase database) {
		this.database = database;
	}

	/**
	 * Also closes what killed runs have left open, as no other instance can be at work.
	 */
	public List<Entry> find(FlywayLock lock) {
		Tables tables = this.database.tables(lock.client());
		if (!tables.history() || !tables.log()) {
			return List.of();
		}
		new InterruptedScripts(this.database).close(lock.connection());
		Map<String, LogSummary> log = this.database.log().summarize(lock.client());
		return this.database.history()
			.read(lock.client())
			.versions()
			.stream()
			.filter((entry) -> log.containsKey(entry.id()) && log.get(entry.id()).isUndoUnfinished())
			.toList();
	}

	public static Problem problem(String migration, boolean failed, Severity severity) {
		return new Problem(severity, failed ? ProblemCode.PREVIOUSLY_FAILED : ProblemCode.INTERRUPTED,
				StoreName.POSTGRES,
				"The undo of migration %s of store 'postgres' %s when it ran without a transaction, so it may be undone in part"
					.formatted(migration, failed ? "failed" : "did not finish"),
				"Look at the schema and finish with gemforce.migrations.run=rollback, or undo the rest by hand and record it "
						+ "with gemforce.migrations.run=mark-rolled-back. If nothing of it is undone, record that with "
						+ "gemforce.migrations.run=repair");
	}

}
