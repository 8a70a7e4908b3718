package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;

/**
 * A migration that is a file of declared changes.
 *
 * @param descriptor with the description from the file, or else from its name, and as
 * checksum {@code sha256:} and the hash of the text, with line ends normalised and
 * without a byte order mark
 * @param location where the file is, as shown in messages
 * @param requires what must be applied before, in the form {@code store:version}
 * @param imports what counts as this migration in another tool's history, as written
 * @param onInterrupted the declared policy, {@code null} if none is declared
 * @param text the file as it is shown
 */
public record ChangeFile(MigrationDescriptor descriptor, String location, ChangeSet changes, List<String> requires,
		List<String> imports, @Nullable OnInterrupted onInterrupted, String text) {

	public ChangeFile {
		requires = List.copyOf(requires);
		imports = List.copyOf(imports);
	}

	public Version version() {
		return Objects.requireNonNull(this.descriptor.version());
	}

}
