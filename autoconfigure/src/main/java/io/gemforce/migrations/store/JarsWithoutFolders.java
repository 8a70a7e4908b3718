package io.gemforce.migrations.store;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Finds files of the class path that a search by folder does not find: those in jars
 * without entries for their folders, as {@code zip -D} and some build tools make them. A
 * jar that has an entry for the folder is left to that search.
 */
public final class JarsWithoutFolders {

	private static final String MANIFEST = JarFile.MANIFEST_NAME;

	private static final String FOLDER_OF_MANIFEST = "META-INF/";

	private final ClassLoader classLoader;

	public JarsWithoutFolders(ClassLoader classLoader) {
		this.classLoader = classLoader;
	}

	/**
	 * Returns the address of each file in it and below it, by its path in its jar.
	 */
	public Map<URL, String> find(String folder) throws IOException {
		Map<URL, String> found = new LinkedHashMap<>();
		for (URL manifest : Collections.list(this.classLoader.getResources(MANIFEST))) {
			URLConnection connection = manifest.openConnection();
			if (connection instanceof JarURLConnection jar) {
				for (String file : files(jar.getJarFile(), folder + "/")) {
					found.put(new URL(manifest, "/" + file), file);
				}
			}
		}
		return found;
	}

	// One that has an entry for the folder of its manifest has them for all, so that a
	// look into most jars is not needed
	private static List<String> files(JarFile jar, String folder) {
		List<String> files = new ArrayList<>();
		if (jar.getEntry(FOLDER_OF_MANIFEST) == null && jar.getEntry(folder) == null) {
			jar.stream()
				.filter((entry) -> !entry.isDirectory())
				.map(ZipEntry::getName)
				.filter((name) -> name.startsWith(folder))
				.forEach(files::add);
		}
		return files;
	}

}
