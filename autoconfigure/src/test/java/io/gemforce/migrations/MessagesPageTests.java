package io.gemforce.migrations;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.gemforce.migrations.support.DocumentedPart;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code errors.md} says of every code what it means for the database and what to do.
 */
class MessagesPageTests {

	private static final Pattern SECTION = Pattern.compile("^## (\\w+)\\R(.*?)(?=^##? |\\z)",
			Pattern.MULTILINE | Pattern.DOTALL);

	private final Map<String, String> sections = sections();

	private static Map<String, String> sections() {
		Map<String, String> sections = new LinkedHashMap<>();
		SECTION.matcher(DocumentedPart.read("errors.md"))
			.results()
			.forEach((section) -> sections.put(section.group(1), section.group(2).strip()));
		return sections;
	}

	@Test
	void hasAHeadingForEachCodeInOrder() {
		List<String> codes = Arrays.stream(ProblemCode.values()).map(Enum::name).toList();
		assertThat(this.sections.keySet()).containsExactlyElementsOf(codes);
	}

	@ParameterizedTest
	@EnumSource
	void saysWhatItMeansForTheDatabaseAndWhatToDo(ProblemCode code) {
		String section = this.sections.get(code.name());
		assertThat(section).containsPattern("(?s)^\\w.*\\.\\R\\R\\*\\*Database:\\*\\* [A-Z].*\\.\\R\\R"
				+ "\\*\\*What to do:\\*\\* .*\\.\\R\\RExit code %d\\.$".formatted(code.exitCode()));
	}

	@ParameterizedTest
	@EnumSource
	void isFoundByTheAnchorOfTheProblem(ProblemCode code) {
		assertThat(code.docs()).isEqualTo("errors.md#" + code.name().toLowerCase(Locale.ROOT));
	}

}
