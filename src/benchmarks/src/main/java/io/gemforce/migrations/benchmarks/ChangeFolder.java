package io.gemforce.migrations.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder of change files.
 *
 * @param path where it is
 */
record ChangeFolder(Path path) {

	/**
	 * Create an empty folder.
	 */
	static ChangeFolder in(Path directory) throws IOException {
		return new ChangeFolder(Files.createTempDirectory(directory, "changes"));
	}

	/**
	 * Write a change file.
	 */
	ChangeFolder with(int version, String... changes) throws IOException {
		Files.writeString(this.path.resolve("V%d__change.yaml".formatted(version)),
				"changes:\n  - " + String.join("\n  - ", changes) + "\n");
		return this;
	}

	String location() {
		return "file:" + this.path;
	}

}
