package io.gemforce.migrations.mongo.change;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.core.io.Resource;
import org.springframework.core.io.UrlResource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.util.StringUtils;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.JarsWithoutFolders;

/**
 * All change files of the locations, and their problems.
 *
 * @param files those without problems, by ascending version; several may have the same
 * version
 */
public record ChangeFiles(List<ChangeFile> files, List<Problem> problems) {

	private static final Pattern NAME = Pattern.compile("V(.+?)__(.+)\\.(yaml|yml|json)");

	private static final Pattern SUFFIX = Pattern.compile(".*\\.(yaml|yml|json)");

	private static final String CLASS_PATH = "classpath:";

	private static final String ALL_CLASS_PATH_ROOTS = ResourcePatternResolver.CLASSPATH_ALL_URL_PREFIX;

	private static final String FILE = "file:";

	public ChangeFiles {
		files = List.copyOf(files);
		problems = List.copyOf(problems);
	}

	/**
	 * Find and read the change files.
	 * @param locations the folders, with their sub folders: {@code classpath:db/mongo},
	 * which means that folder of all class path roots, or {@code file:/path}
	 * @param named whether the user named the locations: then a missing one is a problem
	 */
	public static ChangeFiles find(ResourcePatternResolver resources, List<String> locations, boolean named) {
		List<ChangeFile> files = new ArrayList<>();
		List<Problem> problems = new ArrayList<>();
		Map<String, Found> found = new TreeMap<>();
		for (String location : locations) {
			try {
				boolean there = findIn(resources, location, found);
				if (!there && named) {
					problems.add(missing(location));
				}
			}
			catch (IOException ex) {
				problems.add(unreadable("Location '%s' of MongoDB migrations".formatted(location), ex));
			}
		}
		found.values().forEach((file) -> read(file, files, problems));
		files.sort(Comparator.comparing(ChangeFile::version).thenComparing(ChangeFile::location));
		return new ChangeFiles(files, problems);
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

	private static void read(Found file, List<ChangeFile> files, List<Problem> problems) {
		Matcher matcher = NAME.matcher(file.name());
		Optional<Version> version = matcher.matches() ? Version.parse(matcher.group(1)) : Optional.empty();
		if (version.isEmpty()) {
			problems.add(Problem.error(ProblemCode.MALFORMED_NAME, StoreName.MONGO, file.name().startsWith("R__")
					? "%s is named like a repeatable migration, which MongoDB does not have".formatted(file.location())
					: "%s is not named like a migration".formatted(file.location()),
					"Name it V<version>__<description>.yaml, for example V3__Index_new_field.yaml, or move it elsewhere"));
			return;
		}
		ChangeFileReader reader = new ChangeFileReader(file.location(), file.name());
		try (InputStream stream = file.resource().getInputStream()) {
			reader
				.read(stream.readNBytes(ChangeFileReader.MAX_BYTES + 1), version.get(),
						matcher.group(2).replace('_', ' '))
				.ifPresent(files::add);
			problems.addAll(reader.findings().problems());
		}
		catch (IOException ex) {
			problems.add(unreadable(file.location(), ex));
		}
	}

	private record Found(String location, String name, Resource resource) {

	}

}
