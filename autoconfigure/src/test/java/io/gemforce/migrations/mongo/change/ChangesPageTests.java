package io.gemforce.migrations.mongo.change;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.support.DocumentedPart;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code changes.md} shows every change as it can be written, and says what it does, how
 * it is undone and what it needs.
 */
class ChangesPageTests {

	private static final Pattern SECTION = Pattern.compile("^## (\\w+)\\R\\R```yaml\\R(.*?)```\\R(.*?)(?=^## |\\z)",
			Pattern.MULTILINE | Pattern.DOTALL);

	private static final Pattern FILE = Pattern.compile("^```yaml\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

	private static final Map<String, List<String>> SECTIONS = sections();

	private static Map<String, List<String>> sections() {
		Map<String, List<String>> sections = new TreeMap<>();
		SECTION.matcher(DocumentedPart.read("changes.md"))
			.results()
			.forEach((section) -> sections.put(section.group(1), List.of(section.group(2), section.group(3))));
		return sections;
	}

	@Test
	void hasASectionForEachChange() {
		assertThat(SECTIONS.keySet())
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(ChangeKind.values()).map(ChangeKind::id).toList());
	}

	@ParameterizedTest
	@EnumSource
	void showsTheChangeAsItCanBeWritten(ChangeKind kind) {
		String changes = "changes:\n" + SECTIONS.get(kind.id()).get(0);
		assertCanBeRead(changes);
		assertThat(changes.lines().skip(1)).allSatisfy((line) -> assertThat(line).startsWith("- " + kind.id() + ":"));
	}

	@Test
	void pageForScriptsShowsTwelveFilesAsTheyCanBeWritten() {
		List<MatchResult> files = FILE.matcher(DocumentedPart.read("from-script-to-change.md")).results().toList();
		assertThat(files).hasSize(12).allSatisfy((file) -> assertCanBeRead(file.group(1)));
	}

	@ParameterizedTest
	@EnumSource
	void saysWhatItDoesHowItIsUndoneAndWhatItNeeds(ChangeKind kind) {
		assertThat(SECTIONS.get(kind.id()).get(1)).contains("| does | ", "| undo | ", "| needs | ");
	}

	private static void assertCanBeRead(String changes) {
		ChangeFileReader reader = new ChangeFileReader("page", "V1__Example.yaml");
		assertThat(reader.read(changes.getBytes(StandardCharsets.UTF_8), Version.parse("1").orElseThrow(), "example"))
			.as(reader.findings().problems().toString())
			.isPresent();
	}

}
