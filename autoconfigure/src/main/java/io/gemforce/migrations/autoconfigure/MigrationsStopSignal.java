package io.gemforce.migrations.autoconfigure;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;

import io.gemforce.migrations.StopSignal;

/**
 * Gives the {@link StopSignal} when the JVM is told to end. Boot's own shutdown hook
 * cannot: it waits until the context is there, which is after all migrations.
 */
final class MigrationsStopSignal implements InitializingBean, DisposableBean {

	private final StopSignal signal = new StopSignal();

	private final Thread hook = new Thread(this.signal::stop, "migrations-stop-signal");

	StopSignal signal() {
		return this.signal;
	}

	@Override
	public void afterPropertiesSet() {
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	@Override
	public void destroy() {
		try {
			Runtime.getRuntime().removeShutdownHook(this.hook);
		}
		catch (IllegalStateException ex) {
			this.signal.stop();
		}
	}

}
