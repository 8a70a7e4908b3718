package io.gemforce.migrations.mongo.change;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.io.Resource;
import org.springframework.core.io.UrlResource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.util.StringUtils;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.change.source.Placeholders;
import io.gemforce.migrations.store.JarsWithoutFolders;

/**
 * All change files of the locations, and their problems.
 *
 * @param files those without problems, by ascending version; several may have the same
 * version
 * @param leftOut those that do not count here, with the reason, in the order of their
 * addresses
 */
public record ChangeFiles(List<ChangeFile> files, Map<ChangeFile, String> leftOut, List<Problem> problems) {

	private static final Log logger = LogFactory.getLog(ChangeFiles.class);

	private static final Pattern NAME = Pattern.compile("V(.+?)__(.+)\\.(yaml|yml|json)");

	private static final Pattern SUFFIX = Pattern.compile(".*\\.(yaml|yml|json)");

	private static final String CLASS_PATH = "classpath:";

	private static final String ALL_CLASS_PATH_ROOTS = ResourcePatternResolver.CLASSPATH_ALL_URL_PREFIX;

	private static final String FILE = "file:";

	public ChangeFiles {
		files = List.copyOf(files);
		leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
		problems = List.copyOf(problems);
	}

	/**
	 * Find and read all change files.
	 */
	public static ChangeFiles find(ResourcePatternResolver resources, List<String> locations, boolean named) {
		return find(resources, new ChangeFileSettings(locations, named));
	}

	/**
	 * Find and read the change files, and leave out those that do not count.
	 */
	public static ChangeFiles find(ResourcePatternResolver resources, ChangeFileSettings settings) {
		List<ChangeFile> files = new ArrayList<>();
		Map<ChangeFile, String> leftOut = new LinkedHashMap<>();
		List<Problem> problems = new ArrayList<>();
		Map<String, Found> found = new TreeMap<>();
		for (String location : settings.locations()) {
			try {
				boolean there = findIn(resources, location, found);
				if (!there && settings.named()) {
					problems.add(missing(location));
				}
			}
			catch (IOException ex) {
				problems.add(unreadable("Location '%s' of MongoDB migrations".formatted(location), ex));
			}
		}
		Placeholders placeholders = new Placeholders(settings.placeholders());
		for (Found file : found.values()) {
			ChangeFileReader reader = new ChangeFileReader(file.location(), file.name(), placeholders);
			read(file, reader, problems).ifPresent((read) -> reader.leftOut(settings.environment())
				.ifPresentOrElse((reason) -> leaveOut(read, reason, leftOut), () -> files.add(read)));
		}
		files.sort(Comparator.comparing(ChangeFile::version).thenComparing(ChangeFile::location));
		return new ChangeFiles(files, leftOut, problems);
	}

	// Returns whether the location exists
	private static boolean findIn(ResourcePatternResolver resources, String location, Map<String, Found> found)
			throws IOException {
		String root = location;
		if (location.startsWith(CLASS_PATH)) {
			root = ALL_CLASS_PATH_ROOTS + location.substring(CLASS_PATH.length()).replaceFirst("^/", "");
		}
		else if (!location.startsWith(ALL_CLASS_PATH_ROOTS) && !location.startsWith(FILE)) {
			root = ALL_CLASS_PATH_ROOTS + location;
		}
		String folder = root.endsWith("/") ? root : root + "/";
		Resource[] folders = resources.getResources(folder);
		boolean there = Arrays.stream(folders).anyMatch(Resource::exists);
		String shown = folder.substring(folder.indexOf(':') + 1);
		List<Resource> candidates = new ArrayList<>();
		if (folders.length > 0) {
			candidates.addAll(Arrays.asList(resources.getResources(folder + "**/*.*")));
		}
		ClassLoader classLoader = resources.getClassLoader();
		if (root.startsWith(ALL_CLASS_PATH_ROOTS) && classLoader != null) {
			new JarsWithoutFolders(classLoader).find(StringUtils.trimTrailingCharacter(shown, '/'))
				.keySet()
				.forEach((url) -> candidates.add(new UrlResource(url)));
		}
		for (Resource resource : candidates) {
			String name = resource.getFilename();
			if (name != null && SUFFIX.matcher(name.toLowerCase(Locale.ROOT)).matches() && resource.isReadable()) {
				there = true;
				found.putIfAbsent(resource.getURL().toString(), new Found(shownAs(resource, shown), name, resource));
			}
		}
		return there;
	}

	// The part of the address that the user knows: the rest differs between machines
	private static String shownAs(Resource resource, String folder) throws IOException {
		String url = resource.getURL().toString();
		int start = url.lastIndexOf(folder);
		return (start >= 0) ? url.substring(start) : url;
	}

	private static Problem missing(String location) {
		return Problem.error(ProblemCode.NO_MIGRATIONS_FOUND, StoreName.MONGO,
				"Location '%s' of MongoDB migrations does not exist".formatted(location),
				"Create it, or correct gemforce.migrations.mongo.locations");
	}

	private static Problem unreadable(String subject, IOException ex) {
		return Problem.error(ProblemCode.INVALID_DEFINITION, StoreName.MONGO,
				"%s cannot be read: %s".formatted(subject, ex.getMessage()), "See to it that it can be read");
	}

	private static void leaveOut(ChangeFile file, String reason, Map<ChangeFile, String> leftOut) {
		logger.info("%s is left out: %s".formatted(file.location(), reason));
		leftOut.put(file, reason);
	}

	private static Optional<ChangeFile> read(Found file, ChangeFileReader reader, List<Problem> problems) {
		Matcher matcher = NAME.matcher(file.name());
		Optional<Version> version = matcher.matches() ? Version.parse(matcher.group(1)) : Optional.empty();
		if (version.isEmpty()) {
			problems.add(Problem.error(ProblemCode.MALFORMED_NAME, StoreName.MONGO, file.name().startsWith("R__")
					? "%s is named like a repeatable migration, which MongoDB does not have".formatted(file.location())
					: "%s is not named like a migration".formatted(file.location()),
					"Name it V<version>__<description>.yaml, for example V3__Index_new_field.yaml, or move it elsewhere"));
			return Optional.empty();
		}
		try (InputStream stream = file.resource().getInputStream()) {
			Optional<ChangeFile> read = reader.read(stream.readNBytes(ChangeFileReader.MAX_BYTES + 1), version.get(),
					matcher.group(2).replace('_', ' '));
			problems.addAll(reader.findings().problems());
			return read;
		}
		catch (IOException ex) {
			problems.add(unreadable(file.location(), ex));
			return Optional.empty();
		}
	}

	private record Found(String location, String name, Resource resource) {

	}

}
