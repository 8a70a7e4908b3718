package io.gemforce.migrations.autoconfigure;

import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Says something once all migrations have run: when every singleton is there.
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
