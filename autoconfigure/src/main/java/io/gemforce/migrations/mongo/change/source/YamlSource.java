package io.gemforce.migrations.mongo.change.source;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;

/**
 * Reads YAML with all positions. Works on the parser's events, which tell an alias from
 * what it stands for: an alias to an enclosing part is impossible.
 */
public final class YamlSource {

	private static final String WRITE_ONE_DOCUMENT = "Write one document, with 'changes:' at its top";

	private static final Set<String> ORDINARY_COLLECTIONS = Set.of("!", "tag:yaml.org,2002:map",
			"tag:yaml.org,2002:seq");

	private static final Set<String> ORDINARY_KEYS = Set.of("!", "tag:yaml.org,2002:str");

	private static final String MERGE_TAG = "tag:yaml.org,2002:merge";

	private final Iterator<Event> events;

	private final Map<String, Source> anchors = new HashMap<>();

	private final Placeholders placeholders;

	private YamlSource(Iterator<Event> events, Placeholders placeholders) {
		this.events = events;
		this.placeholders = placeholders;
	}

	/**
	 * Returns {@code null} if the text is empty.
	 */
	public static @Nullable Source read(String text, Placeholders placeholders) throws MalformedFileException {
		LoaderOptions options = new LoaderOptions();
		options.setCodePointLimit(Integer.MAX_VALUE);
		try {
			return new YamlSource(new Yaml(options).parse(new StringReader(text)).iterator(), placeholders).document();
		}
		catch (MarkedYAMLException ex) {
			throw new MalformedFileException(position(ex.getProblemMark()), problem(ex), action(ex));
		}
		catch (YAMLException ex) {
			throw new MalformedFileException(null, "is not well-formed YAML: " + ex.getMessage(),
					"Write it as text without control characters");
		}
	}

	private static String problem(MarkedYAMLException ex) {
		String context = (ex.getContext() != null) ? ex.getContext() + ", " : "";
		return "not well-formed YAML: " + context + ex.getProblem();
	}

	private static String action(MarkedYAMLException ex) {
		return String.valueOf(ex.getProblem()).contains("TAB") ? "Indent by spaces" : "Fix the YAML at this place";
	}

	private static @Nullable Position position(@Nullable Mark mark) {
		return (mark != null) ? new Position(mark.getLine() + 1, mark.getColumn() + 1) : null;
	}

	private static Position position(Event event) {
		return new Position(event.getStartMark().getLine() + 1, event.getStartMark().getColumn() + 1);
	}

	private @Nullable Source document() throws MalformedFileException {
		skip(Event.ID.StreamStart);
		Event event = this.events.next();
		if (event.is(Event.ID.StreamEnd)) {
			return null;
		}
		Source source = source(this.events.next(), 0);
		skip(Event.ID.DocumentEnd);
		Event after = this.events.next();
		if (!after.is(Event.ID.StreamEnd)) {
			throw new MalformedFileException(position(after), "there is a second YAML document", WRITE_ONE_DOCUMENT);
		}
		return source;
	}

	private void skip(Event.ID id) {
		Event event = this.events.next();
		if (!event.is(id)) {
			throw new IllegalStateException("The parser answered with %s instead of %s".formatted(event, id));
		}
	}

	private Source source(Event event, int depth) throws MalformedFileException {
		Depth.check(depth, position(event));
		if (event instanceof AliasEvent alias) {
			Source source = this.anchors.get(alias.getAnchor());
			if (source == null) {
				throw new MalformedFileException(position(event),
						"the alias '*%s' stands for nothing that is complete here".formatted(alias.getAnchor()),
						"Write the value out");
			}
			return source;
		}
		Source source;
		if (event instanceof CollectionStartEvent collection) {
			requireOrdinary(collection);
		}
		if (event instanceof MappingStartEvent mapping) {
			source = mapping(mapping, depth);
		}
		else if (event instanceof SequenceStartEvent sequence) {
			source = sequence(sequence, depth);
		}
		else {
			source = scalar((ScalarEvent) event);
		}
		String anchor = ((NodeEvent) event).getAnchor();
		if (anchor != null) {
			this.anchors.put(anchor, source);
		}
		return source;
	}

	private static void requireOrdinary(CollectionStartEvent event) throws MalformedFileException {
		if (event.getTag() != null && !ORDINARY_COLLECTIONS.contains(event.getTag())) {
			throw unknownTag(event.getTag(), position(event));
		}
	}

	private static MalformedFileException unknownTag(String tag, Position position) {
		return new MalformedFileException(position, "the tag '%s' is not known".formatted(tag),
				"Write extended JSON for types that YAML does not have, for example {$oid: …}");
	}

	private Source mapping(MappingStartEvent start, int depth) throws MalformedFileException {
		List<Source.Entry> entries = new ArrayList<>();
		for (Event event = this.events.next(); !event.is(Event.ID.MappingEnd); event = this.events.next()) {
			if (!(event instanceof ScalarEvent key)) {
				throw new MalformedFileException(position(event), "a key must be a text", "Write the key as a text");
			}
			requirePlainKey(key);
			entries.add(new Source.Entry(key.getValue(), position(event), source(this.events.next(), depth + 1)));
		}
		return new Source.Mapping(entries, position(start));
	}

	// Keys that YAML 1.1 treats specially would be stored as fields of that name
	private static void requirePlainKey(ScalarEvent key) throws MalformedFileException {
		if (MERGE_TAG.equals(key.getTag())
				|| (key.getTag() == null && key.getScalarStyle() == ScalarStyle.PLAIN && key.getValue().equals("<<"))) {
			throw new MalformedFileException(position(key), "the merge key '<<' is not part of YAML 1.2",
					"Write the keys out; a field of that name is written in quotes");
		}
		if (key.getTag() != null && !ORDINARY_KEYS.contains(key.getTag())) {
			throw unknownTag(key.getTag(), position(key));
		}
	}

	private Source sequence(SequenceStartEvent start, int depth) throws MalformedFileException {
		List<Source> items = new ArrayList<>();
		for (Event event = this.events.next(); !event.is(Event.ID.SequenceEnd); event = this.events.next()) {
			items.add(source(event, depth + 1));
		}
		return new Source.Sequence(items, position(start));
	}

	private Source scalar(ScalarEvent event) throws MalformedFileException {
		Position position = position(event);
		String text = this.placeholders.replace(event.getValue(), position);
		Source string = new Source.Scalar(new BsonString(text), text, position);
		String tag = event.getTag();
		if (tag == null) {
			return (event.getScalarStyle() == ScalarStyle.PLAIN) ? plain(event, text, position) : string;
		}
		return switch (tag) {
			case "!", "tag:yaml.org,2002:str" -> string;
			case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int",
					"tag:yaml.org,2002:float" ->
				plain(event, text, position);
			default -> throw unknownTag(tag, position);
		};
	}

	// A filter by null has all documents without the field
	private static Source plain(ScalarEvent event, String text, Position position) throws MalformedFileException {
		Source source = CoreSchema.resolve(text, position);
		if (!text.equals(event.getValue()) && source instanceof Source.Scalar scalar && scalar.value().isNull()) {
			throw new MalformedFileException(position,
					"'%s' becomes null, as its value is empty or null".formatted(event.getValue()),
					"Give it a value, or write it in quotes if an empty text is meant");
		}
		return source;
	}

}
