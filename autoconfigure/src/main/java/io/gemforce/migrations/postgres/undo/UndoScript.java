package io.gemforce.migrations.postgres.undo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.sql.PsqlCommand;
import io.gemforce.migrations.postgres.sql.ScriptResource;

/**
 * A SQL script that undoes the migration of its version.
 *
 * @param settings Flyway's settings for this script alone, {@code null} if there are none
 */
public record UndoScript(Version version, ScriptResource script, @Nullable ScriptResource settings) {

	private static final String BYTE_ORDER_MARK = "\uFEFF";

	// Flyway's suffix for the file with the settings of a script
	static final String SETTINGS_SUFFIX = ".conf";

	String name() {
		return this.script.getFilename();
	}

	// As Flyway computes it: over the lines, regardless of their terminators
	int checksum() {
		CRC32 checksum = new CRC32();
		try (BufferedReader lines = new BufferedReader(this.script.read())) {
			String line = lines.readLine();
			if (line != null && line.startsWith(BYTE_ORDER_MARK)) {
				line = line.substring(BYTE_ORDER_MARK.length());
			}
			while (line != null) {
				checksum.update(line.getBytes(StandardCharsets.UTF_8));
				line = lines.readLine();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Could not read %s".formatted(this.script.getAbsolutePath()), ex);
		}
		return (int) checksum.getValue();
	}

	/**
	 * Returns why the script cannot be run, as far as that can be seen.
	 */
	public Optional<String> flaw() {
		try {
			return PsqlCommand.find(this.script).map(PsqlCommand::describe);
		}
		catch (UncheckedIOException ex) {
			return Optional.of("%s cannot be read: %s".formatted(name(), ex.getCause()));
		}
	}

	ResourceProvider settingsProvider() {
		return new ResourceProvider() {

			@Override
			public @Nullable LoadableResource getResource(String name) {
				return name.equals(name() + SETTINGS_SUFFIX) ? settings() : null;
			}

			@Override
			public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
				return List.of();
			}

		};
	}

}
