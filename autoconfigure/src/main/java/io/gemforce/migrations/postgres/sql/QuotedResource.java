package io.gemforce.migrations.postgres.sql;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;

import org.flywaydb.core.api.resource.LoadableResource;
import org.springframework.util.FileCopyUtils;

/**
 * A script made into one text constant, so that Flyway's parser returns it as one
 * statement: unchanged, comments included, with its placeholders replaced by Flyway.
 */
final class QuotedResource extends LoadableResource {

	private final LoadableResource resource;

	private final String text;

	private final String prefix;

	private final String suffix;

	QuotedResource(LoadableResource resource) {
		this.resource = resource;
		this.text = text(resource);
		String tag = "$script$";
		for (int i = 0; this.text.contains(tag); i++) {
			tag = "$script%d$".formatted(i);
		}
		this.prefix = "SELECT " + tag;
		this.suffix = tag;
	}

	// Without a byte order mark
	static String text(LoadableResource resource) {
		try (Reader reader = resource.read()) {
			String text = FileCopyUtils.copyToString(reader);
			return text.startsWith("\uFEFF") ? text.substring(1) : text;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Could not read %s".formatted(resource.getAbsolutePath()), ex);
		}
	}

	// Takes the constant out of the statement that the parser has made
	String unquote(String statement) {
		return statement.substring(this.prefix.length(), statement.length() - this.suffix.length());
	}

	@Override
	public Reader read() {
		return new StringReader(this.prefix + this.text + this.suffix);
	}

	@Override
	public String getFilename() {
		return this.resource.getFilename();
	}

	@Override
	public String getRelativePath() {
		return this.resource.getRelativePath();
	}

	@Override
	public String getAbsolutePath() {
		return this.resource.getAbsolutePath();
	}

	@Override
	public String getAbsolutePathOnDisk() {
		return this.resource.getAbsolutePathOnDisk();
	}

}
