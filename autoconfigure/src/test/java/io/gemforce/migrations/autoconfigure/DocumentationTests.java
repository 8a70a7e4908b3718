package io.gemforce.migrations.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.io.ClassPathResource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.autoconfigure.job.JobName;
import io.gemforce.migrations.support.DocumentedPart;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pages and recipes name what there is.
 */
class DocumentationTests {

	private static final Path SOURCE = Path.of("../src");

	private static final Pattern PROPERTY = Pattern.compile("(?<![\\w.])gemforce\\.migrations\\.([a-z][a-z.-]*[a-z])");

	private static final Pattern VARIABLE = Pattern.compile("\\bGEMFORCE_MIGRATIONS_[A-Z_]+\\b");

	private static final Pattern JOB = Pattern
		.compile("gemforce\\.migrations\\.run=([a-z-]+)|GEMFORCE_MIGRATIONS_RUN(?:=|, value: )([a-z-]+)");

	private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

	private static final Pattern TYPE = Pattern.compile("\\b[A-Z]\\w+");

	private static final Pattern LINK = Pattern.compile("]\\(([^)#]*)(?:#([^)]*))?\\)");

	private static final Map<String, JsonNode> PROPERTIES = properties();

	private static Map<String, JsonNode> properties() {
		try {
			Map<String, JsonNode> properties = new TreeMap<>();
			JsonMapper.builder()
				.build()
				.readTree(new ClassPathResource("META-INF/spring-configuration-metadata.json").getInputStream())
				.get("properties")
				.forEach((property) -> properties.put(property.get("name").asString(), property));
			return properties;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void propertiesAreThoseOfTheMetadata() {
		String table = Stream
			.concat(Stream.of("| property | default | |", "|---|---|---|"),
					PROPERTIES.values().stream().map(DocumentationTests::row))
			.collect(Collectors.joining("\n"));
		assertThat(new DocumentedPart("properties.md", "properties").after(table)).isEqualTo(table);
	}

	private static String row(JsonNode property) {
		JsonNode value = property.path("defaultValue");
		String text = value.isArray() ? String.join(", ", value.valueStream().map(JsonNode::asString).toList())
				: value.isMissingNode() ? "" : value.asString();
		return "| `%s` | %s | %s |".formatted(property.get("name").asString(),
				text.isEmpty() ? "" : "`%s`".formatted(text), property.path("description").asString());
	}

	@Test
	void exitCodesAreThoseOfTheJobs() {
		Map<Integer, String> meanings = new TreeMap<>(Map.ofEntries(Map.entry(ExitCode.OK, "done, or nothing to do"),
				Map.entry(ExitCode.UNEXPECTED, "something unexpected"),
				Map.entry(ExitCode.PENDING,
						"migrations are pending or held back, or a rollback waits for its confirmation"),
				Map.entry(ExitCode.INVALID, "build and history contradict each other, or a rehearsal failed"),
				Map.entry(ExitCode.FAILED, "a migration failed"),
				Map.entry(ExitCode.LOCK, "the lock was not free; try again"),
				Map.entry(ExitCode.UNREACHABLE, "a store did not answer; try again"),
				Map.entry(ExitCode.CONFIGURATION, "the configuration is wrong"),
				Map.entry(ExitCode.AHEAD, "a store is newer than the build, and `on-schema-ahead=fail`"),
				Map.entry(ExitCode.TERMINATED, "the process was told to end (SIGTERM); try again")));
		assertThat(meanings.keySet())
			.containsExactlyElementsOf(Arrays.stream(ExitCode.class.getFields()).map((field) -> {
				try {
					return field.getInt(null);
				}
				catch (IllegalAccessException ex) {
					throw new IllegalStateException(ex);
				}
			}).sorted().toList());
		String table = Stream
			.concat(Stream.of("| code | |", "|---|---|"),
					meanings.entrySet().stream().map((code) -> "| %d | %s |".formatted(code.getKey(), code.getValue())))
			.collect(Collectors.joining("\n"));
		assertThat(new DocumentedPart("modes.md", "exit-codes").after(table)).isEqualTo(table);
	}

	@ParameterizedTest
	@MethodSource("texts")
	void examplesUseTheApiAlone(Path file) throws IOException {
		Set<String> internal = internalTypes();
		List<String> used = EXAMPLE.matcher(Files.readString(file))
			.results()
			.flatMap((example) -> TYPE.matcher(example.group(1)).results())
			.map(MatchResult::group)
			.filter(internal::contains)
			.toList();
		assertThat(used).as(file.toString()).isEmpty();
	}

	private static Set<String> internalTypes() throws IOException {
		Path root = Path.of("src/main/java/io/gemforce/migrations");
		Set<Path> api = Set.of(root, root.resolve("mongo"), root.resolve("test"));
		try (Stream<Path> files = Files.walk(root)) {
			return files.filter((file) -> Files.isRegularFile(file) && !api.contains(file.getParent()))
				.map((file) -> file.getFileName().toString().replace(".java", ""))
				.collect(Collectors.toSet());
		}
	}

	@ParameterizedTest
	@MethodSource("texts")
	void propertiesInTextsExist(Path file) throws IOException {
		String text = Files.readString(file);
		assertThat(names(text)).as(file.toString())
			.allSatisfy((name) -> assertThat(PROPERTIES.keySet()).anySatisfy(
					(property) -> assertThat(property.equals(name) || property.startsWith(name + ".")).isTrue()));
		Set<String> variables = PROPERTIES.keySet()
			.stream()
			.map(DocumentationTests::variable)
			.collect(Collectors.toSet());
		assertThat(VARIABLE.matcher(text).results().map(MatchResult::group)).as(file.toString())
			.allSatisfy((variable) -> assertThat(variables).contains(variable));
	}

	private static List<String> names(String text) {
		return PROPERTY.matcher(text).results().map(MatchResult::group).toList();
	}

	private static String variable(String property) {
		return property.replace(".", "_").replace("-", "").toUpperCase(Locale.ROOT);
	}

	@ParameterizedTest
	@MethodSource("texts")
	void jobsInTextsExist(Path file) throws IOException {
		assertThat(JOB.matcher(Files.readString(file))
			.results()
			.map((job) -> (job.group(1) != null) ? job.group(1) : job.group(2))).as(file.toString())
			.allSatisfy((job) -> assertThat(JobName.find(job)).as(job).isPresent());
	}

	@ParameterizedTest
	@MethodSource("pages")
	void linksLeadSomewhere(Path file) throws IOException {
		assertThat(LINK.matcher(Files.readString(file)).results().filter((link) -> !link.group(1).contains(":")))
			.allSatisfy((link) -> {
				Path target = link.group(1).isEmpty() ? file : file.resolveSibling(link.group(1));
				assertThat(target).exists();
				if (link.group(2) != null) {
					assertThat(anchors(target)).contains(link.group(2));
				}
			});
	}

	private static List<String> anchors(Path page) {
		try {
			return Files.readAllLines(page)
				.stream()
				.filter((line) -> line.startsWith("#"))
				.map((heading) -> heading.replaceAll("^#+ ", "")
					.toLowerCase(Locale.ROOT)
					.replaceAll("[^\\w -]", "")
					.replace(' ', '-'))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ParameterizedTest
	@MethodSource("recipes")
	void recipesAreYamlWithTheSameImageForJobAndService(Path file) throws IOException {
		List<Object> documents = new ArrayList<>();
		new Yaml().loadAll(Files.readString(file)).forEach(documents::add);
		assertThat(documents).isNotEmpty().allSatisfy((document) -> assertThat(document).isInstanceOf(Map.class));
		Set<String> images = documents.stream()
			.flatMap((document) -> values(document, "image"))
			.collect(Collectors.toSet());
		images.removeIf((image) -> image.startsWith("postgres:"));
		assertThat(images).hasSizeLessThanOrEqualTo(1);
	}

	private static Stream<String> values(Object node, String key) {
		if (node instanceof Map<?, ?> map) {
			return map.entrySet()
				.stream()
				.flatMap((entry) -> key.equals(entry.getKey()) ? Stream.of(String.valueOf(entry.getValue()))
						: values(entry.getValue(), key));
		}
		return (node instanceof List<?> list) ? list.stream().flatMap((item) -> values(item, key)) : Stream.empty();
	}

	static Stream<Path> recipes() throws IOException {
		return files("deploy", ".yaml", ".yml");
	}

	static Stream<Path> pages() throws IOException {
		return Stream.concat(files("docs", ".md"), Stream.of(Path.of("../README.md")));
	}

	static Stream<Path> texts() throws IOException {
		return Stream.concat(pages(), recipes());
	}

	private static Stream<Path> files(String folder, String... suffixes) throws IOException {
		try (Stream<Path> files = Files.walk(SOURCE.resolve(folder))) {
			return files.filter((file) -> Stream.of(suffixes).anyMatch(file.toString()::endsWith))
				.sorted()
				.toList()
				.stream();
		}
	}

}
