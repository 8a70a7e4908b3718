package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.ValidationAction;
import com.mongodb.client.model.ValidationLevel;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.UuidRepresentation;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.EpochUnit;
import io.gemforce.migrations.mongo.FieldType;
import io.gemforce.migrations.mongo.MongoChanges;
import io.gemforce.migrations.mongo.OnConflict;
import io.gemforce.migrations.mongo.OnConversionError;
import io.gemforce.migrations.mongo.OnOtherValue;
import io.gemforce.migrations.mongo.change.document.Json;

/**
 * Builds the definition that a file would contain, so that both are checked alike.
 */
final class ChangesBuilder implements MongoChanges {

	private static final CodecRegistry CODECS = CodecRegistries
		.withUuidRepresentation(MongoClientSettings.getDefaultCodecRegistry(), UuidRepresentation.STANDARD);

	private final BsonArray changes = new BsonArray();

	private @Nullable String irreversible;

	BsonDocument definition() {
		BsonDocument definition = new BsonDocument("changes", this.changes);
		return (this.irreversible != null) ? definition.append("irreversible", new BsonString(this.irreversible))
				: definition;
	}

	private MongoChanges add(ChangeKind kind, BsonDocument parameters) {
		this.changes.add(new BsonDocument(kind.id(), parameters));
		return this;
	}

	private static BsonDocument on(String collection) {
		return new BsonDocument("collection", new BsonString(collection));
	}

	static BsonDocument bson(Bson value) {
		return value.toBsonDocument(BsonDocument.class, CODECS);
	}

	static BsonArray bson(List<? extends Bson> values) {
		return new BsonArray(values.stream().map(ChangesBuilder::bson).toList());
	}

	@Override
	public MongoChanges renameField(String collection, String from, String to) {
		return add(ChangeKind.RENAME_FIELD,
				on(collection).append("from", new BsonString(from)).append("to", new BsonString(to)));
	}

	@Override
	public MongoChanges moveField(String collection, String from, String to) {
		return add(ChangeKind.MOVE_FIELD,
				on(collection).append("from", new BsonString(from)).append("to", new BsonString(to)));
	}

	@Override
	public MongoChanges nest(String collection, List<String> fields, String into) {
		return add(ChangeKind.NEST,
				on(collection).append("fields", texts(fields)).append("into", new BsonString(into)));
	}

	@Override
	public MongoChanges unnest(String collection, String field) {
		return add(ChangeKind.UNNEST, on(collection).append("field", new BsonString(field)));
	}

	@Override
	public MongoChanges unnest(String collection, String field, List<String> fields) {
		return add(ChangeKind.UNNEST,
				on(collection).append("field", new BsonString(field)).append("fields", texts(fields)));
	}

	private static BsonArray texts(List<String> texts) {
		return new BsonArray(texts.stream().map(BsonString::new).toList());
	}

	@Override
	public MongoChanges copyField(String collection, String from, String to) {
		return add(ChangeKind.COPY_FIELD,
				on(collection).append("from", new BsonString(from)).append("to", new BsonString(to)));
	}

	@Override
	public MongoChanges addField(String collection, String field, @Nullable Object value) {
		return add(ChangeKind.ADD_FIELD,
				on(collection).append("field", new BsonString(field)).append("value", encode(value)));
	}

	private static BsonValue encode(@Nullable Object value) {
		return new Document("value", value).toBsonDocument(BsonDocument.class, CODECS)
			.getOrDefault("value", BsonNull.VALUE);
	}

	@Override
	public MongoChanges removeField(String collection, String field) {
		return add(ChangeKind.REMOVE_FIELD, on(collection).append("field", new BsonString(field)));
	}

	@Override
	public MongoChanges convertField(String collection, String field, FieldType to) {
		return convertField(collection, field, to, OnConversionError.FAIL);
	}

	@Override
	public MongoChanges convertField(String collection, String field, FieldType to, OnConversionError onError) {
		return add(ChangeKind.CONVERT_FIELD, conversion(collection, field, to, onError));
	}

	private static BsonDocument conversion(String collection, String field, FieldType to, OnConversionError onError) {
		return on(collection).append("field", new BsonString(field))
			.append("to", new BsonString((to == FieldType.OBJECT_ID) ? "objectId" : lowerCase(to)))
			.append("onError", new BsonString(lowerCase(onError)));
	}

	@Override
	public MongoChanges convertToDate(String collection, String field, EpochUnit unit) {
		return convertToDate(collection, field, unit, OnConversionError.FAIL);
	}

	@Override
	public MongoChanges convertToDate(String collection, String field, EpochUnit unit, OnConversionError onError) {
		return add(ChangeKind.CONVERT_FIELD,
				conversion(collection, field, FieldType.DATE, onError).append("unit", new BsonString(lowerCase(unit))));
	}

	private static String lowerCase(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	@Override
	public MongoChanges mapValues(String collection, String field, Map<?, ?> values) {
		return mapValues(collection, field, values, OnOtherValue.FAIL);
	}

	@Override
	public MongoChanges mapValues(String collection, String field, Map<?, ?> values, OnOtherValue others) {
		// In an order of its own, as that of a map may be another one in each process
		Map<String, BsonDocument> entries = new TreeMap<>();
		values.forEach((from, to) -> {
			BsonDocument entry = new BsonDocument("from", encode(from)).append("to", encode(to));
			entries.put(Json.canonical(entry), entry);
		});
		return add(ChangeKind.MAP_VALUES,
				on(collection).append("field", new BsonString(field))
					.append("values", new BsonArray(List.copyOf(entries.values())))
					.append("others", new BsonString(lowerCase(others))));
	}

	@Override
	public MongoChanges createCollection(String collection) {
		return add(ChangeKind.CREATE_COLLECTION, on(collection));
	}

	@Override
	public MongoChanges createCollection(String collection, CreateCollectionOptions options) {
		return add(ChangeKind.CREATE_COLLECTION, CollectionParameters.of(on(collection), options));
	}

	@Override
	public MongoChanges alterCollection(String collection, Consumer<AlterCollection> alteration) {
		AlterCollectionBuilder builder = new AlterCollectionBuilder(on(collection));
		alteration.accept(builder);
		return add(ChangeKind.ALTER_COLLECTION, builder.parameters());
	}

	@Override
	public MongoChanges createView(String view, String on, List<? extends Bson> pipeline) {
		return add(ChangeKind.CREATE_VIEW, view(view, on, pipeline));
	}

	@Override
	public MongoChanges createView(String view, String on, List<? extends Bson> pipeline, Collation collation) {
		return add(ChangeKind.CREATE_VIEW, view(view, on, pipeline).append("collation", collation.asDocument()));
	}

	private static BsonDocument view(String view, String on, List<? extends Bson> pipeline) {
		return new BsonDocument("view", new BsonString(view)).append("on", new BsonString(on))
			.append("pipeline", bson(pipeline));
	}

	@Override
	public MongoChanges dropView(String view) {
		return add(ChangeKind.DROP_VIEW, new BsonDocument("view", new BsonString(view)));
	}

	@Override
	public MongoChanges dropCollection(String collection) {
		return add(ChangeKind.DROP_COLLECTION, on(collection));
	}

	@Override
	public MongoChanges renameCollection(String from, String to) {
		return add(ChangeKind.RENAME_COLLECTION,
				new BsonDocument("from", new BsonString(from)).append("to", new BsonString(to)));
	}

	@Override
	public MongoChanges createIndex(String collection, Bson keys) {
		return createIndex(collection, keys, new IndexOptions());
	}

	@Override
	public MongoChanges createIndex(String collection, Bson keys, IndexOptions options) {
		return add(ChangeKind.CREATE_INDEX, IndexParameters.of(on(collection), keys, options));
	}

	@Override
	public MongoChanges createIndexExpiringExisting(String collection, Bson keys, IndexOptions options) {
		return add(ChangeKind.CREATE_INDEX,
				IndexParameters.of(on(collection), keys, options).append("expireExisting", BsonBoolean.TRUE));
	}

	@Override
	public MongoChanges dropIndex(String collection, String name) {
		return add(ChangeKind.DROP_INDEX, on(collection).append("name", new BsonString(name)));
	}

	@Override
	public MongoChanges alterIndex(String collection, String name, Consumer<AlterIndex> alteration) {
		BsonDocument parameters = on(collection).append("name", new BsonString(name));
		alteration.accept(new AlterIndexBuilder(parameters));
		return add(ChangeKind.ALTER_INDEX, parameters);
	}

	@Override
	public MongoChanges createSearchIndex(String collection, Consumer<SearchIndex> index) {
		BsonDocument parameters = on(collection);
		index.accept(new SearchIndexBuilder(parameters));
		return add(ChangeKind.CREATE_SEARCH_INDEX, parameters);
	}

	@Override
	public MongoChanges updateSearchIndex(String collection, Consumer<SearchIndex> index) {
		BsonDocument parameters = on(collection);
		index.accept(new SearchIndexBuilder(parameters));
		return add(ChangeKind.UPDATE_SEARCH_INDEX, parameters);
	}

	@Override
	public MongoChanges dropSearchIndex(String collection, String name) {
		return add(ChangeKind.DROP_SEARCH_INDEX, on(collection).append("name", new BsonString(name)));
	}

	@Override
	public MongoChanges setValidator(String collection, Bson validator) {
		return setValidator(collection, validator, ValidationLevel.STRICT, ValidationAction.ERROR);
	}

	@Override
	public MongoChanges setValidator(String collection, Bson validator, ValidationLevel level,
			ValidationAction action) {
		return add(ChangeKind.SET_VALIDATOR,
				on(collection).append("validator", bson(validator))
					.append("level", new BsonString(level.getValue()))
					.append("action", new BsonString(action.getValue())));
	}

	@Override
	public MongoChanges insert(String collection, List<? extends Bson> documents) {
		return add(ChangeKind.INSERT, on(collection).append("documents", bson(documents)));
	}

	@Override
	public MongoChanges copyDocuments(String from, String to, Bson filter, Consumer<Transfer> options) {
		return add(ChangeKind.COPY_DOCUMENTS, transfer(from, to, filter, options));
	}

	@Override
	public MongoChanges moveDocuments(String from, String to, Bson filter, Consumer<Transfer> options) {
		return add(ChangeKind.MOVE_DOCUMENTS, transfer(from, to, filter, options));
	}

	private static BsonDocument transfer(String from, String to, Bson filter, Consumer<Transfer> options) {
		BsonDocument parameters = new BsonDocument("from", new BsonString(from)).append("to", new BsonString(to))
			.append("filter", bson(filter));
		options.accept(new TransferBuilder(parameters));
		return parameters;
	}

	@Override
	public MongoChanges extract(String collection, String field, String into, String reference) {
		return add(ChangeKind.EXTRACT, extraction(collection, field, into, reference));
	}

	@Override
	public MongoChanges extract(String collection, String field, String into, String reference, String position) {
		return add(ChangeKind.EXTRACT,
				extraction(collection, field, into, reference).append("position", new BsonString(position)));
	}

	private static BsonDocument extraction(String collection, String field, String into, String reference) {
		return on(collection).append("field", new BsonString(field))
			.append("into", new BsonString(into))
			.append("reference", new BsonString(reference));
	}

	@Override
	public MongoChanges embed(String collection, String into, String field, String reference) {
		return add(ChangeKind.EMBED, embedding(collection, into, field, reference));
	}

	@Override
	public MongoChanges embed(String collection, String into, String field, String reference, Bson sort) {
		return add(ChangeKind.EMBED, embedding(collection, into, field, reference).append("sort", bson(sort)));
	}

	private static BsonDocument embedding(String collection, String into, String field, String reference) {
		return on(collection).append("into", new BsonString(into))
			.append("field", new BsonString(field))
			.append("reference", new BsonString(reference));
	}

	@Override
	public MongoChanges update(String collection, Bson filter, Consumer<Update> update) {
		UpdateBuilder builder = new UpdateBuilder(on(collection).append("filter", bson(filter)));
		update.accept(builder);
		return add(ChangeKind.UPDATE, builder.parameters());
	}

	@Override
	public MongoChanges delete(String collection, Bson filter) {
		return add(ChangeKind.DELETE, on(collection).append("filter", bson(filter)));
	}

	@Override
	public MongoChanges deleteAll(String collection) {
		return add(ChangeKind.DELETE,
				on(collection).append("filter", new BsonDocument()).append("all", BsonBoolean.TRUE));
	}

	@Override
	public MongoChanges command(Consumer<Command> command) {
		CommandBuilder builder = new CommandBuilder();
		command.accept(builder);
		return add(ChangeKind.COMMAND, builder.parameters);
	}

	@Override
	public MongoChanges adminCommand(Consumer<Command> command) {
		CommandBuilder builder = new CommandBuilder();
		command.accept(builder);
		return add(ChangeKind.ADMIN_COMMAND, builder.parameters);
	}

	@Override
	public MongoChanges irreversible(String reason) {
		this.irreversible = reason;
		return this;
	}

	private record TransferBuilder(BsonDocument parameters) implements Transfer {

		@Override
		public Transfer pipeline(List<? extends Bson> stages) {
			this.parameters.append("pipeline", bson(stages));
			return this;
		}

		@Override
		public Transfer onConflict(OnConflict onConflict) {
			this.parameters.append("onConflict", new BsonString(lowerCase(onConflict)));
			return this;
		}

	}

	private static final class CommandBuilder implements Command {

		private final BsonDocument parameters = new BsonDocument();

		@Override
		public Command up(Bson command) {
			this.parameters.append("up", bson(command));
			return this;
		}

		@Override
		public Command down(Bson command) {
			this.parameters.append("down", bson(command));
			return this;
		}

		@Override
		public Command idempotent() {
			this.parameters.append("idempotent", BsonBoolean.TRUE);
			return this;
		}

	}

}
