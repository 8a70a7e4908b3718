package io.gemforce.migrations.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ApplicationContextEvent;

import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;

/**
 * Publishes executions and operations as audit events. Those of a start are published
 * when the context is there, with the time at which they happened: their repository may
 * be in a store that is being migrated. Audit events may be lost; the history is the
 * record.
 */
public final class AuditListener implements MigrationListener, ApplicationListener<ApplicationContextEvent> {

	private static final String SYSTEM = "system";

	private final ApplicationEventPublisher publisher;

	private final List<AuditEvent> waiting = new ArrayList<>();

	private boolean open;

	public AuditListener(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void executionBegan(ExecutionStart execution) {
		publish(event("STARTED", execution, Map.of()));
	}

	@Override
	public void executionEnded(ExecutionStart execution, ExecutionEnd end) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("durationMs", end.duration().toMillis());
		if (end.error() != null) {
			data.put("error", Objects.requireNonNullElse(end.error().code(), end.error().type()));
		}
		publish(event(end.state().name(), execution, data));
	}

	@Override
	public void operationEnded(MigrationRun run, StoreName store, Operation operation,
			@Nullable RuntimeException failure) {
		if (failure != null) {
			return;
		}
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("operation", operation.kind().id());
		data.put("store", store.id());
		if (operation.version() != null) {
			data.put("id", operation.version().toString());
		}
		data.put("runId", run.id());
		data.put("trigger", run.trigger().name());
		if (operation.reason() != null) {
			data.put("reason", operation.reason());
		}
		String type = switch (operation.kind()) {
			case REPAIR -> "REPAIRED";
			case MARK_APPLIED, MARK_ROLLED_BACK -> "MARKED";
			case RELEASE_LOCK -> "LOCK_RELEASED";
			case RELEASE_HOLD -> "HOLD_RELEASED";
		};
		publish(event(type, run, data));
	}

	private static AuditEvent event(String type, ExecutionStart execution, Map<String, Object> more) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("store", execution.store().id());
		data.put("id", execution.id());
		data.put("direction", execution.direction().name());
		data.put("runId", execution.run().id());
		data.put("trigger", execution.run().trigger().name());
		data.putAll(more);
		return event(type, execution.run(), data);
	}

	private static AuditEvent event(String type, MigrationRun run, Map<String, Object> data) {
		String user = run.application().user();
		String principal = (run.trigger() == Trigger.ENDPOINT && user != null) ? user : SYSTEM;
		return new AuditEvent(Instant.now(), principal, "MIGRATION_" + type, data);
	}

	private void publish(AuditEvent event) {
		synchronized (this.waiting) {
			if (!this.open) {
				this.waiting.add(event);
				return;
			}
		}
		this.publisher.publishEvent(new AuditApplicationEvent(event));
	}

	@Override
	public void onApplicationEvent(ApplicationContextEvent event) {
		List<AuditEvent> events;
		synchronized (this.waiting) {
			this.open = true;
			events = List.copyOf(this.waiting);
			this.waiting.clear();
		}
		events.forEach((waiting) -> this.publisher.publishEvent(new AuditApplicationEvent(waiting)));
	}

}
