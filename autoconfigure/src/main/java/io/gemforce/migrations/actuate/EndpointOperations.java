package io.gemforce.migrations.actuate;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.report.ErrorReport;
import io.gemforce.migrations.report.OperationReport;
import io.gemforce.migrations.run.ActiveRun;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreLock;

/**
 * Does over HTTP what the user has allowed. Every request passes the same checks, in this
 * order:
 * <ol>
 * <li>The caller may operate, what was sent is not too long, and the operation is on the
 * list.</li>
 * <li>The store and the migration exist, and are in a state for it.</li>
 * <li>The caller has confirmed it, and given a reason where one is needed.</li>
 * <li>The process is not about to end, no other operation on the store is going on here,
 * and no other instance holds its lock.</li>
 * </ol>
 * Then it is done as a run of its own, on a thread of its own, with an audit event before
 * and after. The response to a long operation does not wait for its end.
 */
public final class EndpointOperations implements ApplicationListener<ContextClosedEvent> {

	private static final Log logger = LogFactory.getLog(EndpointOperations.class);

	private static final int ACCEPTED = 202;

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

	private static final Duration SAY_EVERY = Duration.ofSeconds(30);

	private static final AtomicInteger THREADS = new AtomicInteger();

	private final Migrations migrations;

	private final EndpointSettings settings;

	private final ShutdownSignal stop;

	private final ApplicationContext context;

	private final OperationPlanner planner;

	private final Map<StoreName, MigrationRun> inFlight = new ConcurrentHashMap<>();

	private final ExecutorService executor = executor();

	public EndpointOperations(Migrations migrations, EndpointSettings settings, ShutdownSignal stop,
			ApplicationContext context) {
		this.migrations = migrations;
		this.settings = settings;
		this.stop = stop;
		this.context = context;
		this.planner = new OperationPlanner(migrations);
	}

	// A thread for each store, as there is never more to do at a time; one that is about
	// to be done is waited for
	private static ExecutorService executor() {
		int stores = StoreName.values().length;
		ThreadPoolExecutor executor = new ThreadPoolExecutor(stores, stores, 60, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(),
				(work) -> new Thread(work, "migrations-endpoint-%d".formatted(THREADS.incrementAndGet())));
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

	// Throws if it was not begun, or if it failed while the caller waited for it
	Answer operate(String store, @Nullable String id, OperationRequest request, SecurityContext user) {
		Begun begun = begin(store, id, request, user);
		return (begun.done() != null) ? await(begun.execution(), begun.done()) : Objects.requireNonNull(begun.answer());
	}

	private Begun begin(String store, @Nullable String id, OperationRequest request, SecurityContext user) {
		Caller caller = Caller.of(user);
		try {
			return begin(store, id, request, caller);
		}
		catch (RefusedException ex) {
			Map<String, Object> data = new LinkedHashMap<>();
			data.put("operation", RequestParameters.abbreviate(String.valueOf(request.action())));
			data.put("store", RequestParameters.abbreviate(store));
			data.put("error", ex.getReport().error());
			if (id != null) {
				data.put("id", RequestParameters.abbreviate(id));
			}
			audit(caller.name(), "OPERATION_REFUSED", data);
			throw ex;
		}
	}

	private Begun begin(String store, @Nullable String id, OperationRequest request, Caller caller) {
		requireAuthorized(caller);
		request.requireBounded();
		EndpointOperation operation = request.operation();
		requireAllowed(operation);
		String userName = caller.name();
		StoreName name = store(store);
		PlannedOperation planned;
		try {
			planned = this.planner.plan(operation, name, id, request);
			if (planned.work() == null) {
				return Begun.answered(new Answer(WebEndpointResponse.STATUS_OK, planned.report(operation, name, id)));
			}
			requireNotStopped(name);
			requireNothingRunning(name);
			requireLock(operation, name);
		}
		catch (MigrationException ex) {
			throw RefusedException.of(ex, name);
		}
		return begin(new Execution(
				operation, name, id, request.reason(), userName, MigrationRun.begin(Trigger.ENDPOINT,
						this.migrations.run().application().usedBy(userName), this.migrations.run().listener()),
				planned));
	}

	private void requireAuthorized(Caller caller) {
		if (!this.settings.mayOperate(caller)) {
			throw caller.hasLoggedIn()
					? RefusedException.forbidden("NOT_AUTHORIZED",
							"User '%s' may not ask for operations".formatted(caller.name()),
							"Ask a user who has one of the roles in gemforce.migrations.endpoint.roles")
					: RefusedException.forbidden("NOT_AUTHENTICATED",
							"Nobody has logged in, so it is not known who asks for an operation",
							"Log in. If the endpoint is kept from strangers by other means, set "
									+ "gemforce.migrations.endpoint.allow-anonymous");
		}
	}

	private void requireAllowed(EndpointOperation operation) {
		if (!this.settings.operations().contains(operation)) {
			throw RefusedException.forbidden("OPERATION_NOT_ALLOWED",
					"Operation '%s' is not allowed over HTTP".formatted(operation.id()),
					"Put it on the list gemforce.migrations.endpoint.operations, or run it as a job");
		}
	}

	private StoreName store(String store) {
		StoreName name = RequestParameters.store(store);
		if (!this.migrations.isResponsibleFor(name)) {
			throw RefusedException.unknownStore(store);
		}
		if (this.migrations.isDisabled(name)) {
			throw RefusedException.conflict("STORE_DISABLED", "Store '%s' is switched off".formatted(name),
					"Switch it on to operate on it", name);
		}
		return name;
	}

	private void requireNotStopped(StoreName store) {
		this.stop.check(store, "unchanged");
	}

	private void requireNothingRunning(StoreName store) {
		Optional<MigrationRun> running = Optional.ofNullable(this.inFlight.get(store))
			.or(() -> this.migrations.running(store).map(ActiveRun::run));
		if (running.isPresent()) {
			throw alreadyRunning(store, running.get());
		}
	}

	private static RefusedException alreadyRunning(StoreName store, MigrationRun run) {
		return new RefusedException(RefusedException.CONFLICT, ErrorReport
			.of("ALREADY_RUNNING", "Run %s of this instance is at work on store '%s'".formatted(run.id(), store),
					"Wait until it is done: GET this endpoint shows it", store.id())
			.withRun(run.id()));
	}

	private void requireLock(EndpointOperation operation, StoreName store) {
		if (operation.needsLock()) {
			StoreLock lock = this.migrations.lock(store);
			if (lock.held() && !lock.mine() && lock.alive()) {
				throw RefusedException.locked(store, lock);
			}
		}
	}

	private Begun begin(Execution execution) {
		MigrationRun running = this.inFlight.putIfAbsent(execution.store(), execution.run());
		if (running != null) {
			throw alreadyRunning(execution.store(), running);
		}
		Future<List<String>> done;
		try {
			done = this.executor.submit(() -> execute(execution));
		}
		catch (RejectedExecutionException ex) {
			this.inFlight.remove(execution.store());
			throw new RefusedException(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, ErrorReport.of("SHUTTING_DOWN",
					"The process is about to end", "Ask another instance", execution.store().id()));
		}
		return execution.operation().isLong() ? Begun.answered(execution.begun()) : new Begun(execution, done, null);
	}

	private static Answer await(@Nullable Execution begun, Future<List<String>> done) {
		Execution execution = Objects.requireNonNull(begun);
		try {
			return execution.done(done.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS));
		}
		catch (TimeoutException ex) {
			return execution.begun();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return execution.begun();
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof MigrationException failure) {
				throw RefusedException.of(failure, execution.store());
			}
			throw new IllegalStateException("Operation '%s' failed".formatted(execution.operation().id()),
					ex.getCause());
		}
	}

	private List<String> execute(Execution execution) {
		execution.audit(this, "OPERATION_STARTED", Map.of());
		logger.info("Operation '%s' on store '%s' by user '%s', run=%s".formatted(execution.operation().id(),
				execution.store(), execution.user(), execution.run().id()));
		try {
			List<String> done = execution.planned().execute(execution.run());
			execution.audit(this, "OPERATION_DONE", Map.of("done", String.join("; ", done)));
			logger.info("Operation '%s' on store '%s': %s, run=%s".formatted(execution.operation().id(),
					execution.store(), String.join("; ", done), execution.run().id()));
			return done;
		}
		catch (MigrationException ex) {
			execution.audit(this, "OPERATION_FAILED", Map.of("error", ex.getCode().name()));
			logger.error("Operation '%s' on store '%s' failed, run=%s: %s".formatted(execution.operation().id(),
					execution.store(), execution.run().id(), ex.getMessage()));
			throw ex;
		}
		catch (RuntimeException ex) {
			execution.audit(this, "OPERATION_FAILED", Map.of("error", ex.getClass().getSimpleName()));
			logger.error("Operation '%s' on store '%s' failed, run=%s".formatted(execution.operation().id(),
					execution.store(), execution.run().id()), ex);
			throw ex;
		}
		finally {
			this.inFlight.remove(execution.store());
		}
	}

	private void audit(String user, String type, Map<String, Object> data) {
		this.context.publishEvent(new AuditApplicationEvent(user, "MIGRATION_" + type, data));
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() != this.context) {
			return;
		}
		this.executor.shutdown();
		if (!this.inFlight.isEmpty()) {
			this.stop.stop();
		}
		try {
			while (!this.executor.awaitTermination(SAY_EVERY.toSeconds(), TimeUnit.SECONDS)) {
				logger.warn("Waiting for the current step of an operation on %s".formatted(this.inFlight.keySet()));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	record Answer(int status, OperationReport report) {

	}

	/**
	 * Something that was begun, or answered at once.
	 *
	 * @param done what will have been done, {@code null} if the caller does not wait
	 * @param answer the answer, {@code null} if it has to be waited for
	 */
	private record Begun(@Nullable Execution execution, @Nullable Future<List<String>> done, @Nullable Answer answer) {

		private static Begun answered(Answer answer) {
			return new Begun(null, null, answer);
		}

	}

	private record Execution(EndpointOperation operation, StoreName store, @Nullable String id, @Nullable String reason,
			String user, MigrationRun run, PlannedOperation planned) {

		private Answer begun() {
			return new Answer(ACCEPTED, report(false, List.of()));
		}

		private Answer done(List<String> done) {
			return new Answer(WebEndpointResponse.STATUS_OK, report(true, done));
		}

		private OperationReport report(boolean finished, List<String> done) {
			return new OperationReport(new OperationReport.Subject(this.operation.id(), this.store.id(), this.id),
					this.run.id(), false, finished, done, List.of(), null);
		}

		private void audit(EndpointOperations operations, String type, Map<String, Object> more) {
			Map<String, Object> data = new LinkedHashMap<>();
			data.put("operation", this.operation.id());
			data.put("store", this.store.id());
			if (this.id != null) {
				data.put("id", this.id);
			}
			data.put("runId", this.run.id());
			if (this.reason != null) {
				data.put("reason", this.reason);
			}
			data.putAll(more);
			operations.audit(this.user, type, data);
		}

	}

}
