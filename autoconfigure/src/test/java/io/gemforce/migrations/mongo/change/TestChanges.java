package io.gemforce.migrations.mongo.change;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

import io.gemforce.migrations.Version;

/**
 * Makes changes from what users write.
 */
public final class TestChanges {

	private TestChanges() {
	}

	/**
	 * Read changes.
	 * @param changes the changes, in YAML without the dash of the list
	 */
	public static ChangeSet of(String... changes) {
		return read(
				Arrays.stream(changes).map("  - %s\n"::formatted).collect(Collectors.joining("", "changes:\n", "")));
	}

	/**
	 * Read changes that are declared not to be undone.
	 * @param changes the changes, in YAML without the dash of the list
	 */
	public static ChangeSet irreversible(String... changes) {
		return read(Arrays.stream(changes)
			.map("  - %s\n"::formatted)
			.collect(Collectors.joining("", "irreversible: worthless\nchanges:\n", "")));
	}

	private static ChangeSet read(String text) {
		ChangeFileReader reader = new ChangeFileReader("test", "V3__test.yaml");
		return reader.read(text.getBytes(StandardCharsets.UTF_8), Version.parse("3").orElseThrow(), "test")
			.orElseThrow(() -> new InvalidChangesException(reader.findings().problems()))
			.changes();
	}

}
