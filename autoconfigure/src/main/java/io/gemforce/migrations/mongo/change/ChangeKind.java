package io.gemforce.migrations.mongo.change;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.operation.AddField;
import io.gemforce.migrations.mongo.change.operation.ConvertField;
import io.gemforce.migrations.mongo.change.operation.CopyField;
import io.gemforce.migrations.mongo.change.operation.DeleteDocuments;
import io.gemforce.migrations.mongo.change.operation.InsertDocuments;
import io.gemforce.migrations.mongo.change.operation.MapValues;
import io.gemforce.migrations.mongo.change.operation.MoveField;
import io.gemforce.migrations.mongo.change.operation.NestFields;
import io.gemforce.migrations.mongo.change.operation.RemoveField;
import io.gemforce.migrations.mongo.change.operation.RenameField;
import io.gemforce.migrations.mongo.change.operation.UnnestFields;
import io.gemforce.migrations.mongo.change.operation.UpdateDocuments;
import io.gemforce.migrations.mongo.change.operation.collection.AlterCollection;
import io.gemforce.migrations.mongo.change.operation.collection.AlterIndex;
import io.gemforce.migrations.mongo.change.operation.collection.CreateCollection;
import io.gemforce.migrations.mongo.change.operation.collection.CreateIndex;
import io.gemforce.migrations.mongo.change.operation.collection.CreateSearchIndex;
import io.gemforce.migrations.mongo.change.operation.collection.CreateView;
import io.gemforce.migrations.mongo.change.operation.collection.DropCollection;
import io.gemforce.migrations.mongo.change.operation.collection.DropIndex;
import io.gemforce.migrations.mongo.change.operation.collection.DropSearchIndex;
import io.gemforce.migrations.mongo.change.operation.collection.DropView;
import io.gemforce.migrations.mongo.change.operation.collection.RenameCollection;
import io.gemforce.migrations.mongo.change.operation.collection.RunCommand;
import io.gemforce.migrations.mongo.change.operation.collection.SetValidator;
import io.gemforce.migrations.mongo.change.operation.collection.UpdateSearchIndex;
import io.gemforce.migrations.mongo.change.operation.transfer.CopyDocuments;
import io.gemforce.migrations.mongo.change.operation.transfer.EmbedDocuments;
import io.gemforce.migrations.mongo.change.operation.transfer.ExtractElements;
import io.gemforce.migrations.mongo.change.operation.transfer.MoveDocuments;

// Files, Java declarations and the JSON Schema are all derived from this
enum ChangeKind {

	RENAME_FIELD(RenameField.KIND, "Renames a field in all documents that have it. Undone by renaming it back.",
			RenameField::of, Keys.COLLECTION,
			Parameter.required("from", ParameterType.CHANGED_ELEMENT_FIELD, Keys.PATH),
			Parameter.required("to", ParameterType.CHANGED_ELEMENT_FIELD,
					"The new name of the field. No document may have it.")),

	MOVE_FIELD(MoveField.KIND,
			"Moves a field into, or out of, an embedded document in all documents that have it. Undone by moving it back.",
			MoveField::of, Keys.COLLECTION,
			Parameter.required("from", ParameterType.CHANGED_FIELD, "The field, as a path with '.' between its parts."),
			Parameter.required("to", ParameterType.CHANGED_FIELD,
					"The new path of the field. No document may have it.")),

	NEST(NestFields.KIND, "Moves fields into an embedded document. Undone by moving them out of it.", NestFields::of,
			Keys.COLLECTION,
			Parameter.required("fields", ParameterType.CHANGED_FIELDS,
					"The fields; each keeps the last part of its path as its name."),
			Parameter.required("into", ParameterType.CHANGED_FIELD,
					"The embedded document. No document may have one of the fields in it.")),

	UNNEST(UnnestFields.KIND,
			"Moves fields out of an embedded document, and removes it where nothing is left in it. Undone by moving them "
					+ "into it.",
			UnnestFields::of, Keys.COLLECTION,
			Parameter.required("field", ParameterType.CHANGED_FIELD, "The embedded document."),
			Parameter.optional("fields", ParameterType.CHANGED_FIELDS,
					"The names of the fields in it. Without them all that there are in any document.")),

	COPY_FIELD(CopyField.KIND,
			"Copies a field in all documents that have it and lack the target. Undone by removing the copies.",
			CopyField::of, Keys.COLLECTION, Parameter.required("from", ParameterType.ELEMENT_FIELD, Keys.PATH),
			Parameter.required("to", ParameterType.CHANGED_ELEMENT_FIELD,
					"The field to copy it to. Documents that have it are left alone.")),

	ADD_FIELD(AddField.KIND, "Adds a field to all documents that lack it. Undone by removing it from them.",
			AddField::of, Keys.COLLECTION, Keys.ELEMENT_FIELD,
			Parameter.required("value", ParameterType.VALUE,
					"The value of the field: any YAML or JSON, or extended JSON.")),

	REMOVE_FIELD(RemoveField.KIND, "Removes a field from all documents. Undone from pre-images.", RemoveField::of,
			Keys.COLLECTION, Keys.ELEMENT_FIELD),

	CONVERT_FIELD(ConvertField.KIND,
			"Converts a field to another type in all documents that have it; null stays. Undone by converting back "
					+ "where that is exact, from pre-images otherwise.",
			ConvertField::of, Keys.COLLECTION, Keys.ELEMENT_FIELD,
			Parameter.required("to", ParameterType.FIELD_TYPE, "The type to convert to."),
			Parameter.optional("onError", ParameterType.ON_CONVERSION_ERROR,
					"What becomes of values that cannot be converted without loss: 'fail' (the default) refuses the "
							+ "migration before anything is written, 'keep' leaves them, 'unset' removes the field."),
			Parameter.optional("unit", ParameterType.EPOCH_UNIT,
					"For 'date': what numbers are, 'ms' or 's' since 1970. Without it they must be plausible as "
							+ "milliseconds.")),

	MAP_VALUES(MapValues.KIND,
			"Maps values of a field to other values, also as elements of arrays. Undone by mapping back where that is "
					+ "exact, from pre-images otherwise.",
			MapValues::of, Keys.COLLECTION, Keys.FIELD,
			Parameter.required("values", ParameterType.VALUES,
					"Old and new values: {old: new} for texts, [{from: 1, to: one}] for any."),
			Parameter.optional("others", ParameterType.ON_OTHER_VALUE,
					"What becomes of values that are neither old nor new ones: 'fail' (the default) refuses the migration "
							+ "before anything is written, 'keep' leaves them.")),

	CREATE_COLLECTION(CreateCollection.KIND,
			"Creates a collection, unless it is there with the same options. Undone by dropping it if it is empty.",
			CreateCollection::of, Keys.COLLECTION,
			Parameter.optional("validator", ParameterType.VALIDATOR, "The validator, for example {$jsonSchema: {…}}."),
			Keys.LEVEL, Keys.ACTION, Keys.COLLATION,
			Parameter.optional("capped", ParameterType.CAPPED,
					"The bounds of a capped collection, which deletes its oldest documents by itself."),
			Parameter.optional("timeseries", ParameterType.TIME_SERIES, "The fields and buckets of a time series."),
			Parameter.optional("clusteredIndex", ParameterType.CLUSTERED_INDEX,
					"Stores the documents in the order of their _id; {} takes the server's defaults."),
			Keys.IMAGES,
			Parameter.optional("expireAfter", ParameterType.DURATION,
					"How long after the date of a time series, or the date in '_id' of a clustered collection, documents "
							+ "are deleted: whole seconds, or a number with s, m, h or d, such as 30d.")),

	ALTER_COLLECTION(AlterCollection.KIND,
			"Changes options of a collection or a view that is there. Undone by setting the previous ones.",
			AlterCollection::of, Keys.COLLECTION, Keys.IMAGES,
			Parameter.optional("expireAfter", ParameterType.DURATION_OR_NEVER,
					"How long after their date documents of a time series or a clustered collection are deleted, or "
							+ "'never'."),
			Keys.EXPIRE_EXISTING,
			Parameter.optional("capped", ParameterType.BOUNDS, "New bounds of a capped collection."),
			Parameter.optional("discardOldest", ParameterType.FLAG,
					"Your word that documents beyond new bounds may be deleted, which no undo restores. Without it the "
							+ "migration is refused if there are some."),
			Parameter.optional("timeseries", ParameterType.BUCKETS,
					"Larger buckets of a time series. They cannot become smaller again, so this is not undone."),
			Parameter.optional("on", ParameterType.COLLECTION, "What a view reads from now on."),
			Parameter.optional("pipeline", ParameterType.PIPELINE, "What a view shows from now on.")),

	DROP_COLLECTION(DropCollection.KIND,
			"Drops a collection. Undone from pre-images, with its options, validator and indexes.", DropCollection::of,
			Keys.COLLECTION),

	RENAME_COLLECTION(RenameCollection.KIND, "Renames a collection. Undone by renaming it back.", RenameCollection::of,
			Parameter.required("from", ParameterType.COLLECTION, "The name of the collection."),
			Parameter.required("to", ParameterType.COLLECTION,
					"The new name of the collection. No collection may have it.")),

	CREATE_VIEW(CreateView.KIND, "Creates a view, unless the same one is there. Undone by dropping it.", CreateView::of,
			Keys.VIEW, Parameter.required("on", ParameterType.COLLECTION, "The collection or view that it reads."),
			Parameter.required("pipeline", ParameterType.PIPELINE, "What it shows of it, as a list of stages."),
			Keys.COLLATION),

	DROP_VIEW(DropView.KIND, "Drops a view, if it is there. Undone by creating it as it was.", DropView::of, Keys.VIEW),

	CREATE_INDEX(CreateIndex.KIND,
			"Creates an index, unless the same one is there. Undone by dropping it. Duplicates are looked for before a "
					+ "unique index is built.",
			CreateIndex::of, Keys.COLLECTION,
			Parameter.required("keys", ParameterType.INDEX_KEYS,
					"The fields of the index, each with 1, -1 or the name of a kind of index."),
			Parameter.optional("name", ParameterType.INDEX_NAME,
					"The name of the index. Without it the index is named as the server would name it."),
			Parameter.optional("unique", ParameterType.FLAG, "Whether no two documents may have the same values."),
			Parameter.optional("partialFilter", ParameterType.FILTER, "Selects the documents that are indexed."),
			Parameter.optional("expireAfter", ParameterType.DURATION,
					"How long after the date in the field documents are deleted: whole seconds, or a number with s, m, h "
							+ "or d, such as 30d."),
			Keys.EXPIRE_EXISTING,
			Parameter.optional("sparse", ParameterType.FLAG, "Whether documents without the field are left out."),
			Keys.COLLATION, Parameter.optional("hidden", ParameterType.FLAG, "Whether queries do not use the index."),
			Parameter.optional("weights", ParameterType.WEIGHTS,
					"For a text index: how much a field counts, from 1 (the default) to 99999."),
			Parameter.optional("defaultLanguage", ParameterType.TEXT,
					"For a text index: the language of texts that do not tell theirs, 'english' by default."),
			Parameter.optional("languageOverride", ParameterType.TEXT,
					"For a text index: the field that tells the language of a document, 'language' by default."),
			Parameter.optional("wildcardProjection", ParameterType.PROJECTION,
					"For the key '$**': which fields are indexed, with 1, or which are not, with 0.")),

	ALTER_INDEX(AlterIndex.KIND,
			"Changes options of an index that is there. Undone by setting the previous ones; one that became unique is "
					+ "built anew.",
			AlterIndex::of, Keys.COLLECTION,
			Parameter.required("name", ParameterType.INDEX_NAME, "The name of the index."),
			Parameter.optional("hidden", ParameterType.FLAG, "Whether queries do not use the index."),
			Parameter.optional("expireAfter", ParameterType.DURATION,
					"How long after the date in the field documents are deleted, of an index by which they expire."),
			Keys.EXPIRE_EXISTING,
			Parameter.optional("unique", ParameterType.FLAG,
					"True if the index is to become unique. Duplicates are looked for before.")),

	DROP_INDEX(DropIndex.KIND, "Drops an index, if it is there. Undone by creating it as it was.", DropIndex::of,
			Keys.COLLECTION, Parameter.required("name", ParameterType.INDEX_NAME, "The name of the index.")),

	CREATE_SEARCH_INDEX(CreateSearchIndex.KIND,
			"Creates a search index, unless the same one is there, and waits until it is READY. Undone by dropping it.",
			CreateSearchIndex::of, Keys.COLLECTION, Keys.SEARCH_NAME,
			Parameter.optional("type", ParameterType.SEARCH_TYPE,
					"'search' (the default) for text, 'vectorSearch' for vectors."),
			Keys.SEARCH_DEFINITION, Keys.WAIT_FOR),

	UPDATE_SEARCH_INDEX(UpdateSearchIndex.KIND,
			"Gives a search index another definition, and waits until it is READY. Undone by setting the previous one.",
			UpdateSearchIndex::of, Keys.COLLECTION, Keys.SEARCH_NAME, Keys.SEARCH_DEFINITION, Keys.WAIT_FOR),

	DROP_SEARCH_INDEX(DropSearchIndex.KIND, "Drops a search index, if it is there. Undone by creating it as it was.",
			DropSearchIndex::of, Keys.COLLECTION, Keys.SEARCH_NAME, Keys.WAIT_FOR),

	SET_VALIDATOR(SetValidator.KIND,
			"Sets the validator of a collection, which is created if it is not there. Undone by setting the previous "
					+ "one.",
			SetValidator::of, Keys.COLLECTION,
			Parameter.required("validator", ParameterType.VALIDATOR, "The validator, for example {$jsonSchema: {…}}."),
			Keys.LEVEL, Keys.ACTION),

	INSERT(InsertDocuments.KIND,
			"Inserts documents, those aside that are there already; a different one with the same _id is an error. "
					+ "Undone by deleting those that were inserted and not changed since.",
			InsertDocuments::of, Keys.COLLECTION,
			Parameter.required("documents", ParameterType.DOCUMENTS, "The documents, each with an _id.")),

	COPY_DOCUMENTS(CopyDocuments.KIND,
			"Copies documents to another collection. Undone by deleting those that were copied and not changed since.",
			CopyDocuments::of, Keys.FROM, Keys.TO, Keys.FILTER, Keys.PIPELINE, Keys.ON_CONFLICT),

	MOVE_DOCUMENTS(MoveDocuments.KIND, "Moves documents to another collection. Undone by moving them back.",
			MoveDocuments::of, Keys.FROM, Keys.TO, Keys.FILTER, Keys.PIPELINE, Keys.ON_CONFLICT),

	EXTRACT(ExtractElements.KIND,
			"Moves the elements of an embedded array to a collection of their own. Undone from pre-images where the "
					+ "elements were not changed since.",
			ExtractElements::of, Keys.COLLECTION,
			Parameter.required("field", ParameterType.CHANGED_FIELD,
					"The array, as a path with '.' between its parts."),
			Parameter.required("into", ParameterType.COLLECTION,
					"The collection of the elements, which is created if it is not there."),
			Parameter.required("reference", ParameterType.CHANGED_FIELD,
					"The field in which each element has the _id of the document that had it."),
			Parameter.optional("position", ParameterType.CHANGED_FIELD,
					"The field in which each element has its place in the array, from 0 on.")),

	EMBED(EmbedDocuments.KIND,
			"Moves documents into an array of the documents that they refer to. Undone by moving those back that were not "
					+ "changed since.",
			EmbedDocuments::of, Keys.COLLECTION,
			Parameter.required("into", ParameterType.COLLECTION,
					"The collection of the documents that are referred to."),
			Parameter.required("field", ParameterType.CHANGED_FIELD,
					"The field for the array. No document may have it."),
			Parameter.required("reference", ParameterType.CHANGED_FIELD,
					"The field in which each document has the _id of the other one."),
			Parameter.optional("sort", ParameterType.INDEX_KEYS,
					"The order of the elements, for example {line: 1}; without it that of their _id.")),

	UPDATE(UpdateDocuments.KIND, "Updates documents. Undone by 'down', or without it from pre-images.",
			UpdateDocuments::of, Keys.COLLECTION,
			Parameter.required("filter", ParameterType.FILTER, "Selects the documents; {} selects all of them."),
			Parameter.required("up", ParameterType.UPDATE, "Update operators, or a pipeline as a list of stages."),
			Parameter.optional("down", ParameterType.UPDATE,
					"What undoes the update: update operators, or a pipeline."),
			Parameter.optional("downFilter", ParameterType.FILTER,
					"Selects the documents to undo. Without it those that 'filter' selects at that time."),
			Parameter.optional("arrayFilters", ParameterType.ARRAY_FILTERS,
					"Selects the elements that paths of 'up' and 'down' call '$[x]', a filter for each such x."),
			Parameter.optional("downArrayFilters", ParameterType.ARRAY_FILTERS,
					"Those of 'down', if they are others than those of 'up'."),
			Parameter.optional("collation", ParameterType.COLLATION,
					"The rules by which strings are compared. With it, only 'down' can undo the update."),
			Parameter.optional("hint", ParameterType.HINT,
					"The index by which the server finds the documents: its name or its keys."),
			Parameter.optional("let", ParameterType.VARIABLES, "Values of variables, which expressions call '$$name'."),
			Parameter.optional("upsert", ParameterType.FLAG,
					"Whether a document is inserted if there is none of the '_id', which 'filter' must select by and "
							+ "nothing else. Undone by deleting it, unless it was changed since."),
			Parameter.optional("idempotent", ParameterType.FLAG,
					"Your word that the update does the same if it is executed again. It is known of $set, $unset, "
							+ "$rename, $min, $max, $addToSet and $pull.")),

	DELETE(DeleteDocuments.KIND, "Deletes documents. Undone from pre-images.", DeleteDocuments::of, Keys.COLLECTION,
			Parameter.required("filter", ParameterType.FILTER, "Selects the documents."),
			Parameter.optional("all", ParameterType.FLAG,
					"Your word that all documents are meant, without which an empty filter is refused.")),

	COMMAND(RunCommand.KIND, "Runs a command on the application's database. Undone by 'down', without it not at all.",
			RunCommand::of, Keys.UP, Keys.DOWN, Keys.IDEMPOTENT),

	ADMIN_COMMAND(RunCommand.ADMIN_KIND,
			"Runs a command on the server's database 'admin', for sharding, users or roles. Undone by 'down', without it "
					+ "not at all.",
			RunCommand::ofAdmin, Keys.UP, Keys.DOWN, Keys.IDEMPOTENT);

	static final List<Parameter> TOP = List.of(
			Parameter.required("changes", ParameterType.CHANGES, "The changes, in the order in which they are made."),
			Parameter.optional("description", ParameterType.TEXT,
					"What the migration does, in a few words. Without it the file's name says it."),
			Parameter.optional("phase", ParameterType.PHASE,
					"When the migration runs. This version knows 'expand', before traffic, which is the default."),
			Parameter.optional("when", ParameterType.CONDITION,
					"Where the file counts: {profile: prod} and an expression of profiles, {property: name} or "
							+ "{property: name=value}, or both."),
			Parameter.optional("requires", ParameterType.REQUIREMENTS,
					"Migrations that must be applied before, such as postgres:42 or mongo:3."),
			Parameter.optional("imports", ParameterType.TEXTS,
					"Entries of another tool's history that count as this migration: mongock:<changeId>[/<author>], "
							+ "migrate-mongo:<file name> or liquibase:<path>::<id>::<author>, followed by @<collection> "
							+ "where it is not the tool's default."),
			Parameter.optional("onInterrupted", ParameterType.ON_INTERRUPTED,
					"What the next run does with an attempt that never finished: 'retry' or 'stop'."),
			Parameter.optional("irreversible", ParameterType.TEXT,
					"Why the migration cannot or need not be undone. No pre-images are kept then."));

	private final String id;

	private final String description;

	private final Function<Parameters, ChangeOperation> factory;

	private final List<Parameter> keys;

	ChangeKind(String id, String description, Function<Parameters, ChangeOperation> factory, Parameter... keys) {
		this.id = id;
		this.description = description;
		this.factory = factory;
		this.keys = List.of(keys);
	}

	static Optional<ChangeKind> find(String id) {
		return Arrays.stream(values()).filter((kind) -> kind.id.equals(id)).findFirst();
	}

	static List<String> ids() {
		return Arrays.stream(values()).map(ChangeKind::id).toList();
	}

	String id() {
		return this.id;
	}

	String description() {
		return this.description;
	}

	List<Parameter> keys() {
		return this.keys;
	}

	ChangeOperation create(Parameters parameters) {
		return this.factory.apply(parameters);
	}

	private static final class Keys {

		static final Parameter COLLECTION = Parameter.required("collection", ParameterType.COLLECTION,
				"The name of the collection.");

		static final String PATH = "The field, as a path with '.' between its parts and '[]' after the name of an array.";

		static final Parameter ELEMENT_FIELD = Parameter.required("field", ParameterType.CHANGED_ELEMENT_FIELD, PATH);

		static final Parameter FIELD = Parameter.required("field", ParameterType.CHANGED_FIELD,
				"The field, as a path with '.' between its parts.");

		static final Parameter VIEW = Parameter.required("view", ParameterType.COLLECTION, "The name of the view.");

		static final Parameter COLLATION = Parameter.optional("collation", ParameterType.COLLATION,
				"The rules by which strings are compared.");

		static final Parameter LEVEL = Parameter.optional("level", ParameterType.VALIDATION_LEVEL,
				"Which documents are validated: 'strict' (the default) all, 'moderate' not updates of documents that "
						+ "are not valid already, 'off' none.");

		static final Parameter ACTION = Parameter.optional("action", ParameterType.VALIDATION_ACTION,
				"What becomes of a write that is not valid: 'error' (the default) refuses it, 'warn' logs it.");

		static final Parameter IMAGES = Parameter.optional("changeStreamPreAndPostImages", ParameterType.FLAG,
				"Whether change streams can show documents as they were before and after a change.");

		static final Parameter EXPIRE_EXISTING = Parameter.optional("expireExisting", ParameterType.FLAG,
				"Your word that documents which have expired already may be deleted, which no undo restores. Without "
						+ "it the migration is refused if there are some.");

		static final Parameter SEARCH_NAME = Parameter.optional("name", ParameterType.TEXT,
				"The name of the search index, 'default' if it is missing.");

		static final Parameter SEARCH_DEFINITION = Parameter.required("definition", ParameterType.SEARCH_DEFINITION,
				"The definition, for example {mappings: {dynamic: true}}.");

		static final Parameter WAIT_FOR = Parameter.optional("waitFor", ParameterType.DURATION,
				"How long to wait for the search index, 30m if it is missing.");

		static final Parameter UP = Parameter.required("up", ParameterType.COMMAND,
				"The command, beginning with its name.");

		static final Parameter DOWN = Parameter.optional("down", ParameterType.COMMAND, "The command that undoes it.");

		static final Parameter IDEMPOTENT = Parameter.optional("idempotent", ParameterType.FLAG,
				"Your word that the command does the same if it is executed again.");

		static final Parameter FROM = Parameter.required("from", ParameterType.COLLECTION,
				"The collection that has the documents.");

		static final Parameter TO = Parameter.required("to", ParameterType.COLLECTION,
				"The other collection, of the same database, which is created if it is not there.");

		static final Parameter FILTER = Parameter.required("filter", ParameterType.FILTER,
				"Selects the documents; {} selects all of them.");

		static final Parameter PIPELINE = Parameter.optional("pipeline", ParameterType.TRANSFER_PIPELINE,
				"Stages that change each document on its way and keep its _id: $set, $unset, $project, $replaceWith.");

		static final Parameter ON_CONFLICT = Parameter.optional("onConflict", ParameterType.ON_CONFLICT,
				"What happens where another document of the same _id is there: 'fail' (the default) refuses the migration "
						+ "before anything is written, 'keep' leaves both.");

	}

}
