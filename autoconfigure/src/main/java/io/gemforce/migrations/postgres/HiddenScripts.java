package io.gemforce.migrations.postgres;

import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.flywaydb.core.api.configuration.Configuration;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.JarsWithoutFolders;

/**
 * Scripts that Flyway does not find because their jar has no entries for its folders. A
 * build that misses some of its scripts would look older than it is.
 */
final class HiddenScripts {

	private static final String CLASSPATH = "classpath:";

	private HiddenScripts() {
	}

	static void requireNone(Configuration configuration) {
		List<String> hidden = new ArrayList<>();
		JarsWithoutFolders jars = new JarsWithoutFolders(configuration.getClassLoader());
		Arrays.stream(configuration.getLocations())
			.map(Object::toString)
			.filter((location) -> location.startsWith(CLASSPATH) && !location.contains("*"))
			.forEach((location) -> find(jars, location.substring(CLASSPATH.length())).forEach((url, file) -> {
				if (Arrays.stream(configuration.getSqlMigrationSuffixes()).anyMatch(file::endsWith)) {
					hidden.add(url.toString());
				}
			}));
		if (!hidden.isEmpty()) {
			throw new MigrationException(Problem.error(ProblemCode.NO_MIGRATIONS_FOUND, StoreName.POSTGRES,
					"Store 'postgres': Flyway does not find %s, because the jar has no entries for its folders"
						.formatted(String.join(", ", hidden)),
					"Build the jar with entries for its folders (without zip -D, and not shaded without them), or move the "
							+ "scripts"),
					"unchanged", null);
		}
	}

	private static Map<URL, String> find(JarsWithoutFolders jars, String folder) {
		try {
			return jars.find(folder);
		}
		catch (IOException ex) {
			throw new IllegalStateException("Could not look for scripts in " + folder, ex);
		}
	}

}
