package io.gemforce.migrations.report;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.samskivert.mustache.DefaultCollector;
import com.samskivert.mustache.Mustache;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.store.StoreStatus;

/**
 * Gives plain values in templates further properties for their presentation:
 * {@code {{state.label}}}, {@code {{durationMs.duration}}}.
 */
final class TemplateProperties extends DefaultCollector {

	private static final int SHORT = 200;

	private static final RecordComponent[] NO_COMPONENTS = {};

	@Override
	public Mustache.@Nullable VariableFetcher createFetcher(Object context, String name) {
		if (context instanceof Enum) {
			return ofState(name);
		}
		if (context instanceof CharSequence) {
			return ofText(name);
		}
		if (context instanceof Number) {
			return name.equals("duration")
					? (number, property) -> duration(Duration.ofMillis(((Number) number).longValue())) : null;
		}
		if (name.equals("any") && context instanceof Collection) {
			return (all, property) -> !((Collection<?>) all).isEmpty();
		}
		if (name.equals("any") && context instanceof Map) {
			return (all, property) -> !((Map<?, ?>) all).isEmpty();
		}
		return (context instanceof Record) ? ofRecord(context.getClass(), name) : super.createFetcher(context, name);
	}

	// What JSON has beside the properties of a record, templates have there, too
	private Mustache.@Nullable VariableFetcher ofRecord(Class<?> type, String name) {
		Method property = getMethod(type, name);
		if (property != null) {
			return (record, same) -> property.invoke(record);
		}
		for (RecordComponent component : Objects.requireNonNullElse(type.getRecordComponents(), NO_COMPONENTS)) {
			Mustache.VariableFetcher inner = component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)
					? ofRecord(component.getType(), name) : null;
			if (inner != null) {
				Method part = getMethod(type, component.getName());
				return (record, same) -> ofPart(part.invoke(record), inner, name);
			}
		}
		return null;
	}

	private static @Nullable Object ofPart(@Nullable Object part, Mustache.VariableFetcher inner, String name)
			throws Exception {
		return (part != null) ? inner.get(part, name) : null;
	}

	private static Mustache.@Nullable VariableFetcher ofState(String name) {
		return switch (name) {
			case "tone" -> (state, property) -> StateStyle.of((Enum<?>) state).tone();
			case "sign" -> (state, property) -> StateStyle.of((Enum<?>) state).sign();
			case "label" -> (state, property) -> label((Enum<?>) state);
			case "sentence" -> (state, property) -> StateStyle.sentence((StoreStatus) state);
			default -> null;
		};
	}

	private static Mustache.@Nullable VariableFetcher ofText(String name) {
		return switch (name) {
			case "short" -> (text, property) -> VisibleText.of(text.toString(), SHORT);
			case "block" -> (text, property) -> MarkdownText.block(VisibleText.of(text.toString()));
			case "any" -> (text, property) -> !text.toString().isBlank();
			case "url" -> (text, property) -> PageFrame.encode(text.toString());
			default -> null;
		};
	}

	static String label(Enum<?> state) {
		return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
	}

	private static String duration(Duration duration) {
		if (duration.toMillis() < 1000) {
			return "%d ms".formatted(duration.toMillis());
		}
		if (duration.toSeconds() < 60) {
			return "%.1f s".formatted(duration.toMillis() / 1000.0);
		}
		if (duration.toMinutes() < 60) {
			return "%d min %d s".formatted(duration.toMinutes(), duration.toSecondsPart());
		}
		return (duration.toHours() < 48) ? "%d h %d min".formatted(duration.toHours(), duration.toMinutesPart())
				: "%d days".formatted(duration.toDays());
	}

}
