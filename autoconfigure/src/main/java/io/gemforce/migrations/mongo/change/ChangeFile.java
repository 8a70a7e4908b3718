package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;

/**
 * A migration that is a file of declared changes.
 *
 * @param description from the file, or else from its name
 * @param location where the file is, as shown in messages
 * @param requires what must be applied before, in the form {@code store:version}
 * @param imports what counts as this migration in another tool's history, as written
 * @param onInterrupted the declared policy, {@code null} if none is declared
 * @param checksum {@code sha256:} and the hash of the text, with line ends normalised and
 * without a byte order mark
 */
public record ChangeFile(Version version, String description, String location, String script, ChangeSet changes,
		List<String> requires, List<String> imports, @Nullable OnInterrupted onInterrupted, String checksum,
		String text) {

	public ChangeFile {
		requires = List.copyOf(requires);
		imports = List.copyOf(imports);
	}

}
