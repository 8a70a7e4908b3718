package io.gemforce.migrations.postgres.undo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.UrlResource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.StringUtils;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.sql.ScriptResource;
import io.gemforce.migrations.store.JarsWithoutFolders;

/**
 * Finds the undo scripts, {@code U<version>__<description>.sql} as in Flyway's own undo,
 * in all roots of the class path and in sub folders. Errors in them are found before
 * anything is run.
 */
public final class UndoScriptFinder {

	static final String DEFAULT_LOCATION = "classpath:db/undo";

	private static final String CLASSPATH = "classpath:";

	private static final String FILESYSTEM = "filesystem:";

	private static final String SUFFIX = ".sql";

	private static final Pattern NAME = Pattern.compile("U([0-9]+(?:[._][0-9]+)*)__.+\\.sql");

	private final PathMatchingResourcePatternResolver resolver;

	private final ClassLoader classLoader;

	private final Charset encoding;

	private final List<Problem> problems = new ArrayList<>();

	public UndoScriptFinder(ClassLoader classLoader, Charset encoding) {
		this.resolver = new PathMatchingResourcePatternResolver(classLoader);
		this.classLoader = classLoader;
		this.encoding = encoding;
	}

	/**
	 * Fails if a location does not exist, or if a file is misnamed or not the only one of
	 * its version. {@code null} means the default location, which need not exist.
	 */
	public UndoScripts find(@Nullable List<String> locations) {
		List<String> searched = (locations != null) ? locations : List.of(DEFAULT_LOCATION);
		Map<String, Resource> files = new TreeMap<>();
		for (String location : searched) {
			Map<String, Resource> found = search(location);
			if (found == null && locations != null) {
				report(ProblemCode.NO_MIGRATIONS_FOUND, "The undo location '%s' does not exist".formatted(location),
						"Create it or take it out of gemforce.migrations.postgres.undo-locations");
			}
			files.putAll((found != null) ? found : Map.of());
		}
		Map<Version, UndoScript> scripts = scripts(files);
		if (!this.problems.isEmpty()) {
			throw new MigrationException(this.problems, "unchanged", null);
		}
		return new UndoScripts(String.join(", ", searched), scripts);
	}

	private @Nullable Map<String, Resource> search(String location) {
		try {
			if (location.startsWith(FILESYSTEM)) {
				String path = location.substring(FILESYSTEM.length());
				return Files.isDirectory(Path.of(path)) ? list("file:" + path) : null;
			}
			String path = StringUtils.trimTrailingCharacter(
					StringUtils.trimLeadingCharacter(
							location.startsWith(CLASSPATH) ? location.substring(CLASSPATH.length()) : location, '/'),
					'/');
			Map<String, Resource> found = list("classpath*:" + path);
			for (URL url : new JarsWithoutFolders(this.classLoader).find(path).keySet()) {
				add(new UrlResource(url), found);
			}
			boolean exists = !found.isEmpty() || this.resolver.getResources("classpath*:" + path + "/").length > 0;
			return exists ? found : null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Could not look for undo scripts in %s".formatted(location), ex);
		}
	}

	private Map<String, Resource> list(String root) throws IOException {
		Map<String, Resource> files = new HashMap<>();
		for (Resource resource : this.resolver.getResources(root + "/**/*")) {
			add(resource, files);
		}
		return files;
	}

	private static void add(Resource resource, Map<String, Resource> files) throws IOException {
		String name = name(resource).toLowerCase(Locale.ROOT);
		if (name.endsWith(SUFFIX) || name.endsWith(SUFFIX + UndoScript.SETTINGS_SUFFIX)) {
			files.put(resource.getURL().toString(), resource);
		}
	}

	private Map<Version, UndoScript> scripts(Map<String, Resource> files) {
		Map<Version, UndoScript> scripts = new HashMap<>();
		files.forEach((url, file) -> {
			if (url.endsWith(UndoScript.SETTINGS_SUFFIX)) {
				if (!files.containsKey(url.substring(0, url.length() - UndoScript.SETTINGS_SUFFIX.length()))) {
					report(ProblemCode.MALFORMED_NAME,
							"The file %s configures an undo script that is not there".formatted(name(file)),
							"Name it after its script, with %s appended".formatted(UndoScript.SETTINGS_SUFFIX));
				}
				return;
			}
			Version version = version(name(file));
			if (version == null) {
				report(ProblemCode.MALFORMED_NAME, "Not the name of an undo script: %s".formatted(name(file)),
						"Name undo scripts U<version>__<description>.sql");
				return;
			}
			UndoScript script = new UndoScript(version, new ScriptResource(file, this.encoding),
					settings(files.get(url + UndoScript.SETTINGS_SUFFIX)));
			UndoScript other = scripts.putIfAbsent(version, script);
			if (other != null) {
				report(ProblemCode.DUPLICATE_VERSION,
						"Two undo scripts have version %s: %s and %s".formatted(version,
								other.script().getAbsolutePath(), script.script().getAbsolutePath()),
						"Leave one undo script for each version");
			}
		});
		return scripts;
	}

	private @Nullable ScriptResource settings(@Nullable Resource file) {
		return (file != null) ? new ScriptResource(file, this.encoding) : null;
	}

	private static @Nullable Version version(String name) {
		Matcher matcher = NAME.matcher(name);
		return matcher.matches() ? Version.parse(matcher.group(1)).orElse(null) : null;
	}

	private static String name(Resource resource) {
		return Objects.requireNonNullElse(resource.getFilename(), "");
	}

	private void report(ProblemCode code, String message, String action) {
		this.problems.add(Problem.error(code, StoreName.POSTGRES, "Store 'postgres': %s".formatted(message), action));
	}

}
