package io.gemforce.migrations.benchmarks;

import java.net.URL;
import java.net.URLClassLoader;

import org.jspecify.annotations.Nullable;

/**
 * Loads the classes of a service. They are found first, as a service's own classes stand
 * before its libraries on its class path.
 */
final class ServiceClassLoader extends URLClassLoader {

	ServiceClassLoader(URL root) {
		super(new URL[] { root }, ServiceClassLoader.class.getClassLoader());
	}

	@Override
	public @Nullable URL getResource(String name) {
		URL own = findResource(name);
		return (own != null) ? own : super.getResource(name);
	}

}
