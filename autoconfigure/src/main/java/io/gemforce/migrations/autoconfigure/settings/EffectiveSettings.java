package io.gemforce.migrations.autoconfigure.settings;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginProvider;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.Environment;

import io.gemforce.migrations.StoreName;

/**
 * The settings in force for each store, and where each was decided.
 */
public final class EffectiveSettings {

	private static final String ENABLED = "gemforce.migrations.enabled";

	private static final String MODE = "gemforce.migrations.mode";

	private static final String FLYWAY_ENABLED = "spring.flyway.enabled";

	private final Environment environment;

	private final MigrationsProperties properties;

	public EffectiveSettings(Environment environment, MigrationsProperties properties) {
		this.environment = environment;
		this.properties = properties;
	}

	public Set<StoreName> disabled() {
		Set<StoreName> disabled = EnumSet.noneOf(StoreName.class);
		for (StoreName store : StoreName.values()) {
			if (switchedOffBy(store) != null) {
				disabled.add(store);
			}
		}
		return disabled;
	}

	private @Nullable String switchedOffBy(StoreName store) {
		if (!this.properties.isEnabled()) {
			return ENABLED;
		}
		boolean enabled = switch (store) {
			case POSTGRES -> this.properties.getPostgres().isEnabled();
			case MONGO -> this.properties.getMongo().isEnabled();
		};
		if (!enabled) {
			return "gemforce.migrations.%s.enabled".formatted(store);
		}
		boolean withoutFlyway = !this.environment.getProperty(FLYWAY_ENABLED, Boolean.class, true);
		return (store == StoreName.POSTGRES && withoutFlyway) ? FLYWAY_ENABLED : null;
	}

	public String describe(List<StoreName> stores, Function<StoreName, String> whyNot) {
		if (stores.isEmpty()) {
			return Arrays.stream(StoreName.values())
				.map((store) -> "%s (%s)".formatted(store, whyNot.apply(store)))
				.collect(Collectors.joining(", ", "migrations: no store: ", ""));
		}
		return stores.stream()
			.map((store) -> "%s=%s".formatted(store, describe(store)))
			.collect(Collectors.joining(", ", "migrations: ", ""));
	}

	private String describe(StoreName store) {
		String switchedOffBy = switchedOffBy(store);
		if (switchedOffBy != null) {
			return "off (%s)".formatted(origin(switchedOffBy));
		}
		return "%s (%s)".formatted(this.properties.getMode().name().toLowerCase(Locale.ROOT), origin(MODE));
	}

	private String origin(String property) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty found = source.getConfigurationProperty(name);
			if (found != null) {
				return describe(found.getOrigin(), property);
			}
		}
		return "default";
	}

	private static String describe(@Nullable Origin found, String property) {
		Origin origin = found;
		while (origin instanceof OriginProvider provider && provider.getOrigin() != null) {
			origin = provider.getOrigin();
		}
		if (origin instanceof TextResourceOrigin text && text.getResource() != null && text.getLocation() != null) {
			return "%s:%d".formatted(text.getResource().getFilename(), text.getLocation().getLine() + 1);
		}
		return (origin != null) ? origin.toString() : property;
	}

}
