package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * Where the files of changes are, and what they may depend on.
 *
 * @param locations the folders, with their sub folders: {@code classpath:db/mongo}, which
 * means that folder of all class path roots, or {@code file:/path}
 * @param named whether the user named the locations: then a missing one is a problem
 * @param placeholders the values of placeholders in the files
 * @param environment decides which files count, {@code null} if all of them do
 */
public record ChangeFileSettings(List<String> locations, boolean named, Map<String, String> placeholders,
		@Nullable Environment environment) {

	public ChangeFileSettings {
		locations = List.copyOf(locations);
		placeholders = Map.copyOf(placeholders);
	}

	public ChangeFileSettings(List<String> locations, boolean named) {
		this(locations, named, Map.of(), null);
	}

}
