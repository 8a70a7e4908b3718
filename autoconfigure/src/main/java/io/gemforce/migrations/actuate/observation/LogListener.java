package io.gemforce.migrations.actuate.observation;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.core.Ordered;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.report.TextReports;

/**
 * Logs with keys for structured logs. While a migration is executed, run, store and
 * migration are in the diagnostic context, so that lines of engines and drivers carry
 * them, too.
 */
public final class LogListener implements MigrationListener, Ordered {

	/**
	 * After the {@link ObservationListener}, whose ids belong into the log.
	 */
	public static final int ORDER = ObservationListener.ORDER + 1;

	private static final Logger logger = LoggerFactory.getLogger("io.gemforce.migrations");

	private static final String RUN_ID = "migration.run_id";

	private static final String STORE = "migration.store";

	private static final String ID = "migration.id";

	private final Map<String, Long> startedAt = new ConcurrentHashMap<>();

	private final Map<String, Long> elapsed = new ConcurrentHashMap<>();

	@Override
	public void storeBegan(MigrationRun run, StoreName store) {
		this.startedAt.put(run.id(), System.nanoTime());
		MDC.put(RUN_ID, run.id());
		MDC.put(STORE, store.id());
	}

	@Override
	public void executionBegan(ExecutionStart execution) {
		MDC.put(ID, execution.id());
		event(Level.INFO, execution).addKeyValue("event.action", isUp(execution) ? "migration-apply" : "migration-undo")
			.log("{} migration {} of store '{}'", isUp(execution) ? "Applying" : "Undoing", execution.migration(),
					execution.store());
	}

	@Override
	public void executionEnded(ExecutionStart execution, ExecutionEnd end) {
		try {
			LoggingEventBuilder event = event(end.isSuccess() ? Level.INFO : failure(execution.run()), execution)
				.addKeyValue("event.action", isUp(execution) ? "migration-apply" : "migration-undo")
				.addKeyValue("event.outcome", outcome(end.isSuccess()))
				.addKeyValue("migration.state", end.state().name())
				.addKeyValue("migration.duration_ms", end.duration().toMillis());
			if (end.isSuccess()) {
				event.log("{} migration {} of store '{}' in {} ms", isUp(execution) ? "Applied" : "Undid",
						execution.migration(), execution.store(), end.duration().toMillis());
			}
			else {
				event.log("{}igration {} of store '{}' failed after {} ms: {}", isUp(execution) ? "M" : "The undo of m",
						execution.migration(), execution.store(), end.duration().toMillis(), describe(end.error()));
			}
		}
		finally {
			MDC.remove(ID);
		}
	}

	private static boolean isUp(ExecutionStart execution) {
		return execution.direction() == Direction.UP;
	}

	private static LoggingEventBuilder event(Level level, ExecutionStart execution) {
		LoggingEventBuilder event = logger.atLevel(level)
			.addKeyValue("migration.phase", execution.phase().name())
			.addKeyValue("migration.direction", execution.direction().name());
		return (execution.checksum() != null) ? event.addKeyValue("migration.checksum", execution.checksum()) : event;
	}

	private static String describe(@Nullable ExecutionError error) {
		if (error == null) {
			return "unknown";
		}
		String text = (error.message() != null) ? error.message() : error.type();
		return (error.code() != null) ? "%s (%s)".formatted(text, error.code()) : text;
	}

	@Override
	public void storeEnded(MigrationRun run, StoreName store, @Nullable StoreResult result,
			@Nullable RuntimeException failure) {
		Long began = this.startedAt.remove(run.id());
		if (began != null) {
			this.elapsed.merge(run.id(), System.nanoTime() - began, Long::sum);
		}
		MDC.remove(STORE);
		MDC.remove(RUN_ID);
	}

	@Override
	public void runEnded(MigrationRun run, List<StoreResult> results, @Nullable RuntimeException failure) {
		Long nanos = this.elapsed.remove(run.id());
		Duration total = Duration.ofNanos((nanos != null) ? nanos : 0);
		// A job reports its result itself
		if (run.trigger() != Trigger.JOB) {
			logger.atLevel((failure != null) ? failure(run) : Level.INFO)
				.addKeyValue(RUN_ID, run.id())
				.addKeyValue("event.action", "migration-run")
				.addKeyValue("event.outcome", outcome(failure == null))
				.log(TextReports.describe(run, results, failure, total));
		}
	}

	@Override
	public void operationEnded(MigrationRun run, StoreName store, Operation operation,
			@Nullable RuntimeException failure) {
		LoggingEventBuilder event = logger.atLevel((failure != null) ? Level.WARN : Level.INFO)
			.addKeyValue(RUN_ID, run.id())
			.addKeyValue(STORE, store.id())
			.addKeyValue("event.action", "migration-" + operation.kind().id())
			.addKeyValue("event.outcome", outcome(failure == null));
		event.log("Operation {} on store '{}' was {}", operation.kind().id(), store,
				(failure != null) ? "not done" : "done");
	}

	private static String outcome(boolean success) {
		return (success ? Outcome.SUCCESS : Outcome.FAILURE).name().toLowerCase(Locale.ROOT);
	}

	// Errors are on the standard output of a job that writes a report for programs there
	private static Level failure(MigrationRun run) {
		return (run.trigger() == Trigger.JOB) ? Level.WARN : Level.ERROR;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

}
