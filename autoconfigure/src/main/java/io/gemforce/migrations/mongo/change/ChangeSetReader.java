package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.operation.FieldMove;
import io.gemforce.migrations.mongo.change.operation.FieldMover;
import io.gemforce.migrations.mongo.change.operation.collection.RenameCollection;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.DefinitionProblems;
import io.gemforce.migrations.mongo.change.source.NearestWord;
import io.gemforce.migrations.mongo.change.source.Pointer;

/**
 * Checks a definition and makes changes of it; reports all problems.
 */
final class ChangeSetReader {

	private final DefinitionProblems findings;

	ChangeSetReader(DefinitionProblems findings) {
		this.findings = findings;
	}

	Optional<ChangeSet> read(BsonValue definition) {
		DefinitionCursor top = new DefinitionCursor(this.findings, Pointer.TOP);
		if (!definition.isDocument()) {
			top.wrong("there must be 'changes:' at the top but there is " + BsonFormatter.describe(definition),
					"Write 'changes:' and a list of changes below it");
			return Optional.empty();
		}
		checkKeys("the file", definition.asDocument(), ChangeKind.TOP, top);
		List<DeclaredChange> changes = new ArrayList<>();
		if (definition.asDocument().get("changes") instanceof BsonArray list) {
			int index = 0;
			for (BsonValue change : list) {
				DeclaredChange declared = readChange(change, top.to("changes").to(index++));
				if (declared != null) {
					changes.add(declared);
				}
			}
		}
		if (!this.findings.isEmpty()) {
			return Optional.empty();
		}
		checkRenames(changes, top.to("changes"));
		return this.findings.isEmpty()
				? Optional
					.of(new ChangeSet(changes, new Parameters(definition.asDocument()).optionalText("irreversible")))
				: Optional.empty();
	}

	static DeclaredChange readChange(BsonDocument definition) {
		DefinitionProblems findings = DefinitionProblems.aboutBean("change");
		DeclaredChange declared = new ChangeSetReader(findings).readChange(definition,
				new DefinitionCursor(findings, Pointer.TOP.to(0)));
		if (declared == null) {
			throw new InvalidChangesException(findings.problems());
		}
		return declared;
	}

	private @Nullable DeclaredChange readChange(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument() || value.asDocument().size() != 1) {
			cursor.wrong(
					"a change must be one key with its parameters but this is "
							+ (value.isDocument() ? "a document of %d keys".formatted(value.asDocument().size())
									: BsonFormatter.describe(value)),
					"Write for example 'renameField: {collection: MyClass, from: a, to: b}', a list item for each change");
			return null;
		}
		Map.Entry<String, BsonValue> entry = value.asDocument().entrySet().iterator().next();
		String id = entry.getKey();
		ChangeKind kind = ChangeKind.find(id).orElse(null);
		if (kind == null) {
			cursor.to(id)
				.wrongKey("there is no change '%s'%s".formatted(id, didYouMean(id, ChangeKind.ids())),
						"Write one of " + String.join(", ", ChangeKind.ids()));
			return null;
		}
		return readParameters(kind, entry.getValue(), cursor.to(id));
	}

	private @Nullable DeclaredChange readParameters(ChangeKind kind, BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			cursor.wrong(
					"'%s' needs %s but has %s".formatted(kind.id(), names(kind.keys()), BsonFormatter.describe(value)),
					"Write '%s: {%s: …}'".formatted(kind.id(), kind.keys().get(0).name()));
			return null;
		}
		BsonDocument parameters = value.asDocument();
		int before = this.findings.problems().size();
		checkKeys("'" + kind.id() + "'", parameters, kind.keys(), cursor);
		if (this.findings.problems().size() > before) {
			return null;
		}
		BsonDocument canonical = canonical(kind.keys(), parameters);
		ChangeOperation change = kind.create(new Parameters(canonical));
		change.check(cursor);
		return new DeclaredChange(new BsonDocument(kind.id(), canonical), change);
	}

	private static BsonDocument canonical(List<Parameter> keys, BsonDocument parameters) {
		BsonDocument canonical = new BsonDocument();
		for (Parameter key : keys) {
			BsonValue value = parameters.get(key.name());
			if (value != null) {
				canonical.append(key.name(), canonical(key.type(), value));
			}
		}
		return canonical;
	}

	private static BsonValue canonical(ParameterType type, BsonValue value) {
		if (!type.keys().isEmpty()) {
			return canonical(type.keys(), value.asDocument());
		}
		return type.choices().isEmpty() ? value : new BsonString(type.canonical(value.asString().getValue()));
	}

	static void checkKeys(String subject, BsonDocument document, List<Parameter> keys, DefinitionCursor cursor) {
		Map<String, Parameter> known = new HashMap<>();
		keys.forEach((key) -> known.put(key.name(), key));
		document.forEach((name, value) -> {
			Parameter key = known.get(name);
			if (key == null) {
				cursor.to(name)
					.wrongKey("%s has no key '%s'%s".formatted(subject, name, didYouMean(name, known.keySet())),
							"Write one of " + String.join(", ", keys.stream().map(Parameter::name).toList()));
			}
			else {
				key.type().check(value, cursor.to(name));
			}
		});
		for (Parameter key : keys) {
			if (key.isRequired() && !document.containsKey(key.name())) {
				cursor.wrongKey("%s needs the key '%s'".formatted(subject, key.name()),
						"Add '%s:'. %s".formatted(key.name(), key.description()));
			}
		}
	}

	private static String names(List<Parameter> keys) {
		return String.join(", ",
				keys.stream().filter(Parameter::isRequired).map((key) -> "'" + key.name() + "'").toList());
	}

	private static String didYouMean(String word, Collection<String> known) {
		return NearestWord.find(word, known).map("; did you mean '%s'?"::formatted).orElse("");
	}

	// Chains of renames that end at an earlier name are most probably a mistake
	private void checkRenames(List<DeclaredChange> changes, DefinitionCursor cursor) {
		Map<String, Set<String>> names = new HashMap<>();
		for (int index = 0; index < changes.size(); index++) {
			ChangeOperation change = changes.get(index).change();
			if (change instanceof FieldMover mover) {
				String collection = mover.collection() + "\0";
				for (FieldMove move : mover.moves()) {
					checkRename(names, collection + move.from(), collection + move.to(), move.to().text(),
							cursor.to(index).to(change.kind()).to("to"));
				}
			}
			else if (change instanceof RenameCollection rename) {
				checkRename(names, rename.from(), rename.to(), rename.to(),
						cursor.to(index).to(rename.kind()).to("to"));
			}
		}
	}

	private static void checkRename(Map<String, Set<String>> names, String from, String to, String shown,
			DefinitionCursor cursor) {
		Set<String> earlier = names.containsKey(from) ? names.remove(from) : new HashSet<>();
		if (earlier.contains(to)) {
			cursor.wrong("the renames lead in a circle: what gets the name '%s' had it before".formatted(shown),
					"Remove the renames that cancel each other out");
		}
		earlier.add(from);
		names.put(to, earlier);
	}

}
