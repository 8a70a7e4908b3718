package io.gemforce.migrations.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ApplicationContextEvent;

import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.Trigger;

/**
 * Publishes executions as audit events: {@code MIGRATION_STARTED},
 * {@code MIGRATION_APPLIED}, {@code MIGRATION_ROLLED_BACK}, {@code MIGRATION_FAILED}.
 * Those of a start are published when the context is there, with the time at which they
 * happened: who keeps audit events may keep them in a store that is being migrated.
 * <p>
 * What must not be lost is in the history, not here.
 */
public final class AuditListener implements MigrationListener, ApplicationListener<ApplicationContextEvent> {

	private static final String SYSTEM = "system";

	private final ApplicationEventPublisher publisher;

	private final List<AuditEvent> waiting = new ArrayList<>();

	private boolean open;

	/**
	 * Create a listener.
	 * @param publisher publishes the events
	 */
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

	private static AuditEvent event(String type, ExecutionStart execution, Map<String, Object> more) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("store", execution.store().id());
		data.put("id", execution.id());
		data.put("direction", execution.direction().name());
		data.put("runId", execution.run().id());
		data.put("trigger", execution.run().trigger().name());
		data.putAll(more);
		return new AuditEvent(Instant.now(), principal(execution), "MIGRATION_" + type, data);
	}

	private static String principal(ExecutionStart execution) {
		String user = execution.run().application().user();
		return (execution.run().trigger() == Trigger.ENDPOINT && user != null) ? user : SYSTEM;
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
