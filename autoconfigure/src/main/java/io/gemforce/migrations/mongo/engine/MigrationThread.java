package io.gemforce.migrations.mongo.engine;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;

/**
 * Executes migrations on a thread of their own, and waits for it with a limit: a context
 * that is closed interrupts the thread that starts it if that waits without one.
 * <p>
 * The thread inherits the class loader of the context, and the diagnostic context of the
 * log.
 */
final class MigrationThread {

	private static final boolean HAS_DIAGNOSTIC_CONTEXT = ClassUtils.isPresent("org.slf4j.MDC",
			MigrationThread.class.getClassLoader());

	private final BooleanSupplier possible;

	// Where another thread cannot get beans now, the caller executes the migration
	MigrationThread(BooleanSupplier possible) {
		this.possible = possible;
	}

	<T> T execute(PendingExecution step, Callable<T> task) {
		if (!this.possible.getAsBoolean()) {
			return execute(task);
		}
		FutureTask<T> future = new FutureTask<>(task);
		Thread thread = new Thread(HAS_DIAGNOSTIC_CONTEXT ? Diagnostics.handOver(future) : future,
				"migration-" + step.migration().version());
		thread.setDaemon(true);
		// What interrupts this thread from now on is passed on
		boolean interrupted = Thread.interrupted();
		thread.start();
		try {
			while (true) {
				try {
					return future.get(1, TimeUnit.SECONDS);
				}
				catch (TimeoutException ex) {
					stopIfNobodyWillGoOn(thread, step);
				}
				catch (InterruptedException ex) {
					interrupted = true;
					thread.interrupt();
				}
			}
		}
		catch (ExecutionException ex) {
			throw unchecked(ex.getCause());
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static <T> T execute(Callable<T> task) {
		try {
			return task.call();
		}
		catch (Exception ex) {
			throw unchecked(ex);
		}
	}

	private static RuntimeException unchecked(@Nullable Throwable failure) {
		if (failure instanceof Error error) {
			throw error;
		}
		return (failure instanceof RuntimeException unchecked) ? unchecked : new IllegalStateException(failure);
	}

	// A migration that asks for a bean that is being created by this thread waits for
	// this thread, which waits for the migration
	private static void stopIfNobodyWillGoOn(Thread thread, PendingExecution step) {
		if (isWaitingFor(thread, Thread.currentThread())) {
			thread.interrupt();
			throw new MigrationException(
					Problem.error(ProblemCode.FORBIDDEN_INJECTION, StoreName.MONGO,
							"%s asks for a bean that is being created, or that waits for the migrations: %s"
								.formatted(step, askingFor(thread)),
							"Use what the migration is given as its argument, and have other beans injected"),
					"%s has not come to its end; the next start finds it interrupted".formatted(step.brief()), null);
		}
	}

	private static boolean isWaitingFor(Thread thread, Thread owner) {
		if (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.BLOCKED) {
			return false;
		}
		try {
			ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId());
			return info != null && info.getLockOwnerId() == owner.getId();
		}
		catch (UnsupportedOperationException ex) {
			return false;
		}
	}

	private static String askingFor(Thread thread) {
		for (StackTraceElement frame : thread.getStackTrace()) {
			if (!frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk.")
					&& !frame.getClassName().startsWith("org.springframework.")) {
				return frame.toString();
			}
		}
		return thread.getName();
	}

	// Loaded only where there is a diagnostic context
	private static final class Diagnostics {

		private Diagnostics() {
		}

		static Runnable handOver(Runnable task) {
			Map<String, String> context = MDC.getCopyOfContextMap();
			return () -> {
				if (context != null) {
					MDC.setContextMap(context);
				}
				task.run();
			};
		}

	}

}
