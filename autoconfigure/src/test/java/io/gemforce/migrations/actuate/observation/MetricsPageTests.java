package io.gemforce.migrations.actuate.observation;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.common.docs.KeyName;
import org.junit.jupiter.api.Test;

import io.gemforce.migrations.support.DocumentedPart;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code metrics.md} lists the meters and attributes that there are.
 */
class MetricsPageTests {

	@Test
	void listsTheObservations() {
		String table = Stream
			.concat(Stream.of("| observation | span | Prometheus | tags |", "|---|---|---|---|"),
					Arrays.stream(MigrationObservation.values()).map(MetricsPageTests::row))
			.collect(Collectors.joining("\n"));
		assertThat(new DocumentedPart("metrics.md", "observations").after(table)).isEqualTo(table);
	}

	private static String row(MigrationObservation observation) {
		String name = observation.getName().replace('.', '_');
		return "| `%s` | `%s` | `%s_seconds_{count,sum,max}`, `%s_active_seconds_{count,sum,max}` | %s, `error` |"
			.formatted(observation.getName(), observation.getContextualName(), name, name,
					names(observation.getLowCardinalityKeyNames()));
	}

	@Test
	void listsTheAttributesOfSpans() {
		String table = Stream
			.concat(Stream.of("| observation | attributes of its span |", "|---|---|"),
					Arrays.stream(MigrationObservation.values())
						.map((observation) -> "| `%s` | %s |".formatted(observation.getName(),
								names(observation.getHighCardinalityKeyNames()))))
			.collect(Collectors.joining("\n"));
		assertThat(new DocumentedPart("metrics.md", "attributes").after(table)).isEqualTo(table);
	}

	@Test
	void listsTheMeters() {
		String table = Stream
			.concat(Stream.of("| meter | Prometheus | tags | meaning |", "|---|---|---|---|"),
					Arrays.stream(MigrationMeter.values()).map(MetricsPageTests::row))
			.collect(Collectors.joining("\n"));
		assertThat(new DocumentedPart("metrics.md", "meters").after(table)).isEqualTo(table);
	}

	private static String row(MigrationMeter meter) {
		String name = meter.meterName().replace('.', '_') + switch (meter.kind()) {
			case GAUGE -> "";
			case TIME_GAUGE -> "_seconds";
			case COUNTER -> "_total";
			case TIMER -> "_seconds_{count,sum,max}";
		};
		return "| `%s` | `%s` | %s | %s |".formatted(meter.meterName(), name,
				Arrays.stream(meter.tags()).map("`%s`"::formatted).collect(Collectors.joining(", ")),
				meter.description());
	}

	private static String names(KeyName[] names) {
		return Arrays.stream(names).map(KeyName::asString).map("`%s`"::formatted).collect(Collectors.joining(", "));
	}

}
