package io.gemforce.migrations.autoconfigure.settings;

import java.util.function.Predicate;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Tells which properties the user has set, in any of their forms, lists included.
 */
public final class SetProperties implements Predicate<String> {

	private final Binder binder;

	private final String prefix;

	// The prefix ends with a dot
	public SetProperties(Environment environment, String prefix) {
		this.binder = Binder.get(environment);
		this.prefix = prefix;
	}

	@Override
	public boolean test(String property) {
		return this.binder.bind(this.prefix + property, Bindable.of(Object.class)).isBound()
				|| this.binder.bind(this.prefix + property, Bindable.listOf(String.class)).isBound();
	}

}
