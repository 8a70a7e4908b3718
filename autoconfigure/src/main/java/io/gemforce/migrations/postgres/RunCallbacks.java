package io.gemforce.migrations.postgres;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.flywaydb.core.api.Location;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.Configuration;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Finds callbacks (objects, and SQL files such as {@code afterMigrate.sql}) that Flyway
 * calls on every run, even one with nothing to do. Such a run must not be left out.
 */
final class RunCallbacks {

	private static final List<Event> EVENTS = List.of(Event.BEFORE_MIGRATE, Event.AFTER_MIGRATE, Event.AFTER_VERSIONED,
			Event.BEFORE_REPEATABLES);

	private final Configuration configuration;

	RunCallbacks(Configuration configuration) {
		this.configuration = configuration;
	}

	boolean haveListeners() {
		return Arrays.stream(this.configuration.getCallbacks()).anyMatch(RunCallbacks::isListening)
				|| Stream.of(this.configuration.getLocations(), this.configuration.getCallbackLocations())
					.flatMap(Arrays::stream)
					.distinct()
					.anyMatch(this::hasScripts);
	}

	private static boolean isListening(Callback callback) {
		return EVENTS.stream().anyMatch((event) -> callback.supports(event, null));
	}

	private boolean hasScripts(Location location) {
		String root = switch (location.getPrefix()) {
			case "classpath:" -> "classpath*:" + location.getRootPath();
			case "filesystem:" -> "file:" + location.getRootPath();
			default -> null;
		};
		return root == null || EVENTS.stream().anyMatch((event) -> hasScript(root, event.getId()));
	}

	private boolean hasScript(String root, String event) {
		try {
			return new PathMatchingResourcePatternResolver(this.configuration.getClassLoader())
				.getResources("%s/**/%s*.sql".formatted(root, event)).length > 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
