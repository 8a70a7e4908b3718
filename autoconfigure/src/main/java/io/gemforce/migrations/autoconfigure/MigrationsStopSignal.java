package io.gemforce.migrations.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.SpringApplication;

import io.gemforce.migrations.store.ShutdownSignal;

/**
 * Gives the {@link ShutdownSignal} when the JVM is told to end, and keeps it from ending
 * in the middle of a step. Boot's own shutdown hook cannot: it waits until the context is
 * there, which is after all migrations.
 */
final class MigrationsStopSignal implements InitializingBean, DisposableBean {

	private static final Log logger = LogFactory.getLog(MigrationsStopSignal.class);

	private final ShutdownSignal signal = new ShutdownSignal();

	private final Thread hook = new Thread(this::stop, "migrations-stop-signal");

	// Boot's hook runs its handlers, the newest first, and then shuts the logging down
	private final Runnable logAsLongAsWorking = this::awaitEnd;

	ShutdownSignal signal() {
		return this.signal;
	}

	// The process ends when all hooks have returned, whatever else is still going on
	private void stop() {
		if (this.signal.isWorking()) {
			logger.warn("The process was told to end: the current step of the migrations finishes or is rolled back, "
					+ "and no next one begins");
		}
		this.signal.stop();
		awaitEnd();
	}

	private void awaitEnd() {
		try {
			this.signal.awaitEnd();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void afterPropertiesSet() {
		Runtime.getRuntime().addShutdownHook(this.hook);
		SpringApplication.getShutdownHandlers().add(this.logAsLongAsWorking);
	}

	@Override
	public void destroy() {
		try {
			Runtime.getRuntime().removeShutdownHook(this.hook);
			SpringApplication.getShutdownHandlers().remove(this.logAsLongAsWorking);
		}
		catch (IllegalStateException ex) {
			this.signal.stop();
		}
	}

}
