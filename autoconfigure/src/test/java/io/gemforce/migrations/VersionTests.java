package io.gemforce.migrations;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Version}.
 */
class VersionTests {

	@ParameterizedTest
	@CsvSource({ "1, 1", "1.2, 1.2", "1_2, 1.2", "01.002, 1.2", "1.0, 1", "1.0.0, 1", "0, 0", "0.0, 0", "0.1, 0.1",
			"1.0.1, 1.0.1", "2024.06.01.12, 2024.6.1.12", "10, 10" })
	void isKeptInCanonicalForm(String text, String canonical) {
		assertThat(Version.parse(text)).get().hasToString(canonical);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "-1", "1..2", ".1", "1.", "1a", "v1", "1-2", "1 ", "R__1", "¹" })
	void refusesWhatIsNotAVersion(String text) {
		assertThat(Version.parse(text)).isEmpty();
	}

	@Test
	void isComparedNumberByNumber() {
		assertThat(Stream.of("10", "9", "1.10", "1.9", "2", "1", "1.9.1", "0")
			.map(VersionTests::version)
			.sorted()
			.toList()).hasToString("[0, 1, 1.9, 1.9.1, 1.10, 2, 9, 10]");
	}

	@Test
	void isEqualWhateverItsForm() {
		assertThat(version("1_02.0")).isEqualTo(version("1.2")).hasSameHashCodeAs(version("1.2"));
		assertThat(version("1.2")).isEqualByComparingTo(version("1.2.0"));
	}

	@Test
	void hasAnyLength() {
		String digits = "9".repeat(200);
		assertThat(version(digits)).hasToString(digits).isGreaterThan(version("9".repeat(199)));
	}

	private static Version version(String text) {
		return Version.parse(text).orElseThrow();
	}

}
