package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;

/**
 * A migration that is a file of declared changes.
 *
 * @param version the version, from the file's name
 * @param description the description that the file gives, or else its name's
 * @param location where the file lies, as it is named in messages
 * @param script the file's name
 * @param changes the changes
 * @param requires what must be applied before, in the form {@code store:version}
 * @param imports what counts as this migration in another tool's history, as written
 * @param onInterrupted the declared policy, {@code null} if none is declared
 * @param checksum {@code sha256:} and the hash of the text, with line ends normalised and
 * without a byte order mark
 * @param text the text that the checksum is of
 */
public record ChangeFile(Version version, String description, String location, String script, ChangeSet changes,
		List<String> requires, List<String> imports, @Nullable OnInterrupted onInterrupted, String checksum,
		String text) {

	public ChangeFile {
		requires = List.copyOf(requires);
		imports = List.copyOf(imports);
	}

}
