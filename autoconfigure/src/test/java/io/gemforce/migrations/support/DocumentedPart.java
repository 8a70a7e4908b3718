package io.gemforce.migrations.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a page of the documentation that is made from the code: it stands between
 * {@code <!-- begin NAME -->} and {@code <!-- end NAME -->}. With
 * {@code -Dgemforce.docs.write=true} tests write it, otherwise they compare it.
 *
 * @param page the name of the page
 * @param name the name of the part
 */
public record DocumentedPart(String page, String name) {

	private static final Path DOCS = Path.of("../src/docs");

	/**
	 * Return what the page says, after it was written if that is wanted.
	 */
	public String after(String content) {
		if (Boolean.getBoolean("gemforce.docs.write")) {
			String text = text();
			write(text.substring(0, begin(text)) + "\n" + content.strip() + "\n" + text.substring(end(text)));
		}
		String text = text();
		return text.substring(begin(text), end(text)).strip();
	}

	private int begin(String text) {
		String marker = "<!-- begin %s -->".formatted(this.name);
		return require(text.indexOf(marker), marker) + marker.length();
	}

	private int end(String text) {
		String marker = "<!-- end %s -->".formatted(this.name);
		return require(text.indexOf(marker), marker);
	}

	private int require(int position, String marker) {
		if (position < 0) {
			throw new IllegalStateException("%s has no %s".formatted(this.page, marker));
		}
		return position;
	}

	private String text() {
		return read(this.page);
	}

	public static String read(String page) {
		try {
			return Files.readString(DOCS.resolve(page));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void write(String text) {
		try {
			Files.writeString(DOCS.resolve(this.page), text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
