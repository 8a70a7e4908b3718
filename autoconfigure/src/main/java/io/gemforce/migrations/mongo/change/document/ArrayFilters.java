package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * The filters of the elements that an update names {@code $[x]}, each about one such
 * identifier.
 */
public final class ArrayFilters {

	private static final Pattern IDENTIFIER = Pattern.compile("\\$\\[([^]]*)]");

	private static final Pattern WELL_FORMED = Pattern.compile("[a-z][a-zA-Z0-9]*");

	private static final Set<String> LOGICAL = Set.of("$and", "$or", "$nor");

	private ArrayFilters() {
	}

	/**
	 * Find what a server would refuse, which it does only once it comes to a document.
	 * @param update operators, or a pipeline
	 */
	public static void check(BsonValue update, List<BsonDocument> filters, DefinitionCursor updateSpot,
			DefinitionCursor filtersSpot) {
		if (update.isArray()) {
			if (!filters.isEmpty()) {
				filtersSpot.wrongKey("'%s' is of no use to a pipeline".formatted(filtersSpot.name()),
						"Remove it; in a pipeline write $map or $filter");
			}
			return;
		}
		Map<String, Integer> given = given(filters, filtersSpot);
		Set<String> used = used(update);
		update.asDocument()
			.forEach((operator, fields) -> fields.asDocument()
				.keySet()
				.forEach((path) -> identifiers(path).stream()
					.filter((identifier) -> !given.containsKey(identifier))
					.forEach((identifier) -> updateSpot.to(operator)
						.to(path)
						.wrongKey("'%s' needs an array filter for '%s'".formatted(path, identifier),
								"Add it, for example '%s: [{%s.size: 1}]'".formatted(filtersSpot.name(),
										identifier)))));
		given.forEach((identifier, index) -> {
			if (!used.contains(identifier)) {
				filtersSpot.to(index)
					.wrong("the identifier '%s' is not used by '%s'".formatted(identifier, updateSpot.name()),
							"Write '$[%s]' into a path there, or remove the filter".formatted(identifier));
			}
		});
	}

	private static Map<String, Integer> given(List<BsonDocument> filters, DefinitionCursor cursor) {
		Map<String, Integer> given = new LinkedHashMap<>();
		for (int index = 0; index < filters.size(); index++) {
			Set<String> names = names(filters.get(index));
			String name = (names.size() == 1) ? names.iterator().next() : "";
			if (!WELL_FORMED.matcher(name).matches()) {
				cursor.to(index)
					.wrong("an array filter must be about one identifier, of letters and digits, but this is about %s"
						.formatted(names.isEmpty() ? "none" : "'" + String.join("', '", names) + "'"),
							"Write for example {item.size: 1} for '$[item]'");
			}
			else if (given.putIfAbsent(name, index) != null) {
				cursor.to(index)
					.wrong("there is another array filter for '%s'".formatted(name),
							"Write one filter for each identifier; it may have $and");
			}
		}
		return given;
	}

	private static Set<String> names(BsonDocument filter) {
		Set<String> names = new TreeSet<>();
		filter.forEach((key, value) -> {
			if (LOGICAL.contains(key) && value.isArray()) {
				value.asArray()
					.stream()
					.filter(BsonValue::isDocument)
					.forEach((part) -> names.addAll(names(part.asDocument())));
			}
			else {
				names.add(key.split("\\.", 2)[0]);
			}
		});
		return names;
	}

	static Set<String> identifiers(String path) {
		Set<String> identifiers = new HashSet<>();
		Matcher matcher = IDENTIFIER.matcher(path);
		while (matcher.find()) {
			if (!matcher.group(1).isEmpty()) {
				identifiers.add(matcher.group(1));
			}
		}
		return identifiers;
	}

	private static Set<String> used(BsonValue update) {
		Set<String> used = new HashSet<>();
		if (update.isDocument()) {
			update.asDocument()
				.values()
				.forEach((fields) -> fields.asDocument().keySet().forEach((path) -> used.addAll(identifiers(path))));
		}
		return used;
	}

	/**
	 * Returns the filters that an update uses: a server refuses others.
	 */
	public static List<BsonDocument> of(BsonValue update, List<BsonDocument> filters) {
		Set<String> used = used(update);
		return filters.stream().filter((filter) -> used.containsAll(names(filter))).toList();
	}

	/**
	 * Whether an element that a filter leaves out may be changed by another operator, so
	 * that the filter finds it when the update is executed again.
	 */
	static boolean areMixed(BsonDocument operators) {
		Map<String, Set<String>> ways = new LinkedHashMap<>();
		List<String> filtered = new ArrayList<>();
		operators.values().forEach((fields) -> fields.asDocument().keySet().forEach((path) -> {
			String top = new FieldPath(path).top();
			int last = path.lastIndexOf("$[");
			ways.computeIfAbsent(top, (name) -> new HashSet<>())
				.add((last < 0) ? path : path.substring(0, path.indexOf(']', last) + 1));
			if (!identifiers(path).isEmpty()) {
				filtered.add(top);
			}
		}));
		return filtered.stream().anyMatch((top) -> ways.getOrDefault(top, Set.of()).size() > 1);
	}

}
