package io.gemforce.migrations.mongo.change.source;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

import org.bson.BsonBoolean;
import org.bson.BsonDouble;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON with all positions.
 */
public final class JsonSource {

	private static final JsonFactory FACTORY = JsonFactory.builder()
		.streamReadConstraints(
				StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).maxNameLength(1_000_000).build())
		.build();

	private final JsonParser parser;

	private final Placeholders placeholders;

	private JsonSource(JsonParser parser, Placeholders placeholders) {
		this.parser = parser;
		this.placeholders = placeholders;
	}

	/**
	 * Returns {@code null} if the text is empty.
	 */
	public static @Nullable Source read(String text, Placeholders placeholders) throws MalformedFileException {
		try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
			JsonToken first = parser.nextToken();
			if (first == null) {
				return null;
			}
			Source source = new JsonSource(parser, placeholders).source(first, 0);
			if (parser.nextToken() != null) {
				throw new MalformedFileException(position(parser.currentTokenLocation()),
						"there is something after the end of the JSON object", "Remove it");
			}
			return source;
		}
		catch (JacksonException ex) {
			throw new MalformedFileException((ex.getLocation() != null) ? position(ex.getLocation()) : null,
					"not well-formed JSON: " + ex.getOriginalMessage().replaceFirst(" \\(for .*", ""),
					"Fix the JSON at this place");
		}
	}

	private static Position position(TokenStreamLocation location) {
		return new Position(location.getLineNr(), location.getColumnNr());
	}

	private Source source(JsonToken token, int depth) throws MalformedFileException {
		Position position = position(this.parser.currentTokenLocation());
		Depth.check(depth, position);
		return switch (token) {
			case START_OBJECT -> mapping(position, depth);
			case START_ARRAY -> sequence(position, depth);
			case VALUE_NULL -> new Source.Scalar(new BsonNull(), "null", position);
			case VALUE_TRUE, VALUE_FALSE -> new Source.Scalar(BsonBoolean.valueOf(token == JsonToken.VALUE_TRUE),
					this.parser.getString(), position);
			case VALUE_NUMBER_INT ->
				CoreSchema.integer(new BigInteger(this.parser.getString()), this.parser.getString(), position);
			case VALUE_NUMBER_FLOAT ->
				new Source.Scalar(new BsonDouble(this.parser.getDoubleValue()), this.parser.getString(), position);
			default -> text(this.placeholders.replace(this.parser.getString(), position), position);
		};
	}

	private static Source text(String text, Position position) {
		return new Source.Scalar(new BsonString(text), text, position);
	}

	private Source mapping(Position position, int depth) throws MalformedFileException {
		List<Source.Entry> entries = new ArrayList<>();
		while (this.parser.nextToken() != JsonToken.END_OBJECT) {
			String key = this.parser.currentName();
			Position keyPosition = position(this.parser.currentTokenLocation());
			entries.add(new Source.Entry(key, keyPosition, source(this.parser.nextToken(), depth + 1)));
		}
		return new Source.Mapping(entries, position);
	}

	private Source sequence(Position position, int depth) throws MalformedFileException {
		List<Source> items = new ArrayList<>();
		for (JsonToken token = this.parser.nextToken(); token != JsonToken.END_ARRAY; token = this.parser.nextToken()) {
			items.add(source(token, depth + 1));
		}
		return new Source.Sequence(items, position);
	}

}
