package io.gemforce.migrations.autoconfigure;

import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Calls back once all migrations have run: when every singleton is there.
 */
final class StartupCallback implements SmartInitializingSingleton {

	private final Runnable say;

	StartupCallback(Runnable say) {
		this.say = say;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.say.run();
	}

}
