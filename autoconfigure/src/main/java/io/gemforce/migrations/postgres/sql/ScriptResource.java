package io.gemforce.migrations.postgres.sql;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Objects;

import org.flywaydb.core.api.resource.LoadableResource;
import org.springframework.core.io.Resource;

/**
 * A file that Flyway is to read.
 */
public final class ScriptResource extends LoadableResource {

	private final Resource resource;

	private final Charset encoding;

	public ScriptResource(Resource resource, Charset encoding) {
		this.resource = resource;
		this.encoding = encoding;
	}

	@Override
	public Reader read() {
		try {
			return new InputStreamReader(this.resource.getInputStream(), this.encoding.newDecoder());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Could not read %s".formatted(getAbsolutePath()), ex);
		}
	}

	@Override
	public String getFilename() {
		return Objects.requireNonNullElse(this.resource.getFilename(), "");
	}

	@Override
	public String getRelativePath() {
		return getFilename();
	}

	@Override
	public String getAbsolutePath() {
		try {
			return this.resource.getURL().toString();
		}
		catch (IOException ex) {
			return this.resource.getDescription();
		}
	}

	@Override
	public String getAbsolutePathOnDisk() {
		return getAbsolutePath();
	}

}
