package io.gemforce.migrations.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import com.samskivert.mustache.Escapers;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.StreamUtils;

/**
 * The templates of one format. A template that names a property that the report does not
 * have is an error.
 */
final class Templates {

	static final Templates HTML = new Templates(".html", Escapers.HTML);

	static final Templates MARKDOWN = new Templates(".md", MarkdownText::escape);

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'")
		.withZone(ZoneOffset.UTC);

	private final Mustache.Compiler compiler;

	private final Map<String, Template> templates = new ConcurrentHashMap<>();

	private Templates(String suffix, Mustache.Escaper escaper) {
		this.compiler = Mustache.compiler()
			.withLoader((name) -> open(name + suffix))
			.withEscaper(escaper)
			.withFormatter(Templates::format)
			.withCollector(new TemplateProperties())
			.strictSections(true)
			.nullValue("");
	}

	private static Reader open(String name) throws IOException {
		return new InputStreamReader(resource(name), StandardCharsets.UTF_8);
	}

	private static InputStream resource(String name) throws IOException {
		return new ClassPathResource(name, Templates.class).getInputStream();
	}

	static String read(String name) {
		try (InputStream stream = resource(name)) {
			return StreamUtils.copyToString(stream, StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException("Resource '%s' of the reports is missing".formatted(name), ex);
		}
	}

	private static String format(Object value) {
		if (value instanceof Instant time) {
			return TIME.format(time);
		}
		return VisibleText.of(Objects.toString(value));
	}

	// What the content does not have is looked up in what is around it
	String write(String name, Object content, Object around) {
		StringWriter text = new StringWriter();
		this.templates.computeIfAbsent(name, this.compiler::loadTemplate).execute(content, around, text);
		return text.toString();
	}

}
