package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.springframework.core.io.support.ResourcePatternResolver;

import io.gemforce.migrations.Problem;

/**
 * All change files of the locations, and all that is wrong with them.
 *
 * @param files the files that nothing is wrong with, by ascending version; several may
 * have one version
 * @param problems what is wrong, in the order of the files
 */
public record ChangeFiles(List<ChangeFile> files, List<Problem> problems) {

	public ChangeFiles {
		files = List.copyOf(files);
		problems = List.copyOf(problems);
	}

	/**
	 * Find and read the change files.
	 * @param resources finds the files
	 * @param locations the folders to look in, sub folders included:
	 * {@code classpath:db/mongo}, which means that folder of all class path roots, or
	 * {@code file:/path}
	 * @param named whether the user named the locations, so that one that does not exist
	 * is a problem
	 * @return what was found
	 */
	public static ChangeFiles find(ResourcePatternResolver resources, List<String> locations, boolean named) {
		return new ChangeFiles(List.of(), List.of());
	}

}
