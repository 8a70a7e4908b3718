package io.gemforce.migrations.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder of SQL scripts that a test writes.
 *
 * @param folder the folder
 */
public record SqlScripts(Path folder) {

	public static SqlScripts in(Path folder) {
		try {
			return new SqlScripts(Files.createDirectories(folder));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public SqlScripts write(String name, String sql) {
		try {
			Files.writeString(this.folder.resolve(name), sql);
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public SqlScripts delete(String name) {
		try {
			Files.delete(this.folder.resolve(name));
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the property that makes Flyway use the scripts.
	 */
	public String property() {
		return "spring.flyway.locations=filesystem:" + this.folder;
	}

}
