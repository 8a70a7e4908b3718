package io.gemforce.migrations.mongo.change;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.source.DefinitionProblems;
import io.gemforce.migrations.mongo.change.source.DefinitionReader;
import io.gemforce.migrations.mongo.change.source.JsonSource;
import io.gemforce.migrations.mongo.change.source.MalformedFileException;
import io.gemforce.migrations.mongo.change.source.Placeholders;
import io.gemforce.migrations.mongo.change.source.Position;
import io.gemforce.migrations.mongo.change.source.Source;
import io.gemforce.migrations.mongo.change.source.YamlSource;

final class ChangeFileReader {

	static final int MAX_BYTES = 10_000_000;

	private static final char BYTE_ORDER_MARK = '\uFEFF';

	private static final String WRITE_CHANGES = "Write 'changes:' and a list of changes below it";

	private final String location;

	private final String script;

	private final Placeholders placeholders;

	private final DefinitionProblems findings;

	private @Nullable FileCondition condition;

	ChangeFileReader(String location, String script) {
		this(location, script, Placeholders.NONE);
	}

	ChangeFileReader(String location, String script, Placeholders placeholders) {
		this.location = location;
		this.script = script;
		this.placeholders = placeholders;
		this.findings = DefinitionProblems.aboutFile(location);
	}

	DefinitionProblems findings() {
		return this.findings;
	}

	// Why the file that was read does not count in an environment
	Optional<String> leftOut(@Nullable Environment environment) {
		return (environment != null && this.condition != null) ? this.condition.unmet(environment) : Optional.empty();
	}

	// The bytes are at most one more than MAX_BYTES, which shows that a file is too large
	Optional<ChangeFile> read(byte[] bytes, Version version, String description) {
		try {
			String text = text(bytes);
			Source source = source(text);
			if (source == null) {
				throw new MalformedFileException(null, "is empty", WRITE_CHANGES);
			}
			BsonValue definition = new DefinitionReader(this.findings, text.length()).read(source);
			return new ChangeSetReader(this.findings).read(definition)
				.map((changes) -> file(text, definition.asDocument(), changes, version, description));
		}
		catch (MalformedFileException ex) {
			this.findings.add(ex.position(), String.valueOf(ex.getMessage()), ex.action());
			return Optional.empty();
		}
	}

	private static String text(byte[] bytes) throws MalformedFileException {
		if (bytes.length > MAX_BYTES) {
			throw new MalformedFileException(null, "is larger than %d bytes".formatted(MAX_BYTES),
					"Split it into several migrations, or write a bean that implements MongoMigration");
		}
		String text = decode(bytes);
		String marked = (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) ? text.substring(1) : text;
		return marked.replace("\r\n", "\n").replace('\r', '\n');
	}

	private static String decode(byte[] bytes) throws MalformedFileException {
		ByteBuffer input = ByteBuffer.wrap(bytes);
		CharBuffer output = CharBuffer.allocate(bytes.length);
		if (StandardCharsets.UTF_8.newDecoder().decode(input, output, true).isError()) {
			int line = 1;
			int start = 0;
			String before = output.flip().toString();
			for (int end = before.indexOf('\n'); end >= 0; end = before.indexOf('\n', start)) {
				line++;
				start = end + 1;
			}
			throw new MalformedFileException(new Position(line, before.length() - start + 1),
					"is not encoded in UTF-8: byte %d of the file is 0x%02X, which has no place there"
						.formatted(input.position() + 1, bytes[input.position()]),
					"Save it in UTF-8");
		}
		return output.flip().toString();
	}

	private @Nullable Source source(String text) throws MalformedFileException {
		if (this.script.toLowerCase(Locale.ROOT).endsWith(".json")) {
			requireLibrary("tools.jackson.core.JsonParser", "tools.jackson.core:jackson-core");
			return JsonSource.read(text, this.placeholders);
		}
		requireLibrary("org.yaml.snakeyaml.Yaml", "org.yaml:snakeyaml");
		return YamlSource.read(text, this.placeholders);
	}

	private static void requireLibrary(String type, String library) throws MalformedFileException {
		if (!ClassUtils.isPresent(type, ChangeFileReader.class.getClassLoader())) {
			throw new MalformedFileException(null, "cannot be read, as %s is not on the class path".formatted(library),
					"Add the dependency %s".formatted(library));
		}
	}

	private ChangeFile file(String text, BsonDocument definition, ChangeSet changes, Version version,
			String description) {
		Parameters top = new Parameters(definition);
		this.condition = FileCondition.of(definition);
		String declared = top.optionalText("description");
		String onInterrupted = top.optionalText("onInterrupted");
		return new ChangeFile(
				new MigrationDescriptor(version, (declared != null) ? declared : description, MigrationType.FILE,
						this.script, DeclaredChange.hash("sha256:", text)),
				this.location, changes, texts(definition, "requires"), texts(definition, "imports"),
				(onInterrupted != null) ? OnInterrupted.valueOf(onInterrupted.toUpperCase(Locale.ROOT)) : null,
				changes.shown(text));
	}

	private static List<String> texts(BsonDocument definition, String key) {
		return definition.containsKey(key)
				? definition.getArray(key).stream().map((text) -> text.asString().getValue()).toList() : List.of();
	}

}
