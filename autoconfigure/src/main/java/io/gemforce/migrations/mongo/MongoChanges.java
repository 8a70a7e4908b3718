package io.gemforce.migrations.mongo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.TimeSeriesGranularity;
import com.mongodb.client.model.ValidationAction;
import com.mongodb.client.model.ValidationLevel;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Takes the changes that a {@link DeclaredMongoMigration} declares. Each method declares
 * one change, the same that a change file has under the method's name. Nothing is
 * executed, and what is wrong with a change is reported for all changes at once when the
 * declaration is complete.
 * <p>
 * Fields are named by their paths, with {@code .} between the parts, and {@code []} after
 * the name of an array, such as {@code items[].price}, if the field is one of the
 * documents in it. Other paths that lead through arrays are refused when the change is
 * executed.
 */
public interface MongoChanges {

	/**
	 * Rename a field in all documents that have it. Undone by renaming it back.
	 * @param collection the name of the collection
	 * @param from the field
	 * @param to its new name, which no document may have
	 * @return this
	 */
	MongoChanges renameField(String collection, String from, String to);

	/**
	 * Move a field into, or out of, an embedded document in all documents that have it.
	 * Undone by moving it back.
	 * @param collection the name of the collection
	 * @param from the field
	 * @param to its new path, which no document may have
	 * @return this
	 */
	MongoChanges moveField(String collection, String from, String to);

	/**
	 * Move fields into an embedded document, under the last parts of their paths. Undone
	 * by moving them out of it.
	 * @param collection the name of the collection
	 * @param fields the fields
	 * @param into the embedded document, in which no document may have one of the fields
	 * @return this
	 */
	MongoChanges nest(String collection, List<String> fields, String into);

	/**
	 * Move all fields out of an embedded document, and remove it. Undone by moving them
	 * into it.
	 * @param collection the name of the collection
	 * @param field the embedded document
	 * @return this
	 */
	MongoChanges unnest(String collection, String field);

	/**
	 * Move fields out of an embedded document, and remove it where nothing is left in it.
	 * Undone by moving them into it.
	 * @param collection the name of the collection
	 * @param field the embedded document
	 * @param fields the names of the fields in it
	 * @return this
	 */
	MongoChanges unnest(String collection, String field, List<String> fields);

	/**
	 * Copy a field in all documents that have it and lack the target. Undone by removing
	 * the copies.
	 * @param collection the name of the collection
	 * @param from the field
	 * @param to the field to copy it to
	 * @return this
	 */
	MongoChanges copyField(String collection, String from, String to);

	/**
	 * Add a field to all documents that lack it. Undone by removing it from them.
	 * @param collection the name of the collection
	 * @param field the field
	 * @param value its value, anything that the driver can encode
	 * @return this
	 */
	MongoChanges addField(String collection, String field, @Nullable Object value);

	/**
	 * Remove a field from all documents. Undone from pre-images.
	 * @param collection the name of the collection
	 * @param field the field
	 * @return this
	 */
	MongoChanges removeField(String collection, String field);

	/**
	 * Convert a field in all documents that have it with another type, {@code null}
	 * aside; refused if a value cannot be converted without loss.
	 * @param collection the name of the collection
	 * @param field the field
	 * @param to the type to convert it to
	 * @return this
	 */
	MongoChanges convertField(String collection, String field, FieldType to);

	/**
	 * Convert a field in all documents that have it with another type, {@code null}
	 * aside. Undone by converting it back where that restores every value exactly, from
	 * pre-images otherwise.
	 * @param collection the name of the collection
	 * @param field the field
	 * @param to the type to convert it to
	 * @param onError what becomes of values that cannot be converted without loss
	 * @return this
	 */
	MongoChanges convertField(String collection, String field, FieldType to, OnConversionError onError);

	/**
	 * Convert a field to a date in all documents that have it with another type,
	 * {@code null} aside; refused if a value cannot be converted without loss.
	 * @param collection the name of the collection
	 * @param field the field
	 * @param unit what its numbers are
	 * @return this
	 */
	MongoChanges convertToDate(String collection, String field, EpochUnit unit);

	/**
	 * Convert a field to a date in all documents that have it with another type,
	 * {@code null} aside. Undone like any conversion.
	 * @param collection the name of the collection
	 * @param field the field
	 * @param unit what its numbers are
	 * @param onError what becomes of values that cannot be converted without loss
	 * @return this
	 */
	MongoChanges convertToDate(String collection, String field, EpochUnit unit, OnConversionError onError);

	/**
	 * Map values of a field, or elements of it where it is an array, to other values;
	 * refused if there are values that are neither old nor new ones.
	 * @param collection the name of the collection
	 * @param field the field
	 * @param values the new values by the old ones, anything single that the driver can
	 * encode
	 * @return this
	 */
	MongoChanges mapValues(String collection, String field, Map<?, ?> values);

	/**
	 * Map values of a field, or elements of it where it is an array, to other values.
	 * Undone by mapping them back where that restores every value exactly, from
	 * pre-images otherwise.
	 * @param collection the name of the collection
	 * @param field the field
	 * @param values the new values by the old ones, anything single that the driver can
	 * encode
	 * @param others what becomes of values that are neither old nor new ones
	 * @return this
	 */
	MongoChanges mapValues(String collection, String field, Map<?, ?> values, OnOtherValue others);

	/**
	 * Create a collection, unless it is there. Undone by dropping it if it is empty.
	 * @param collection the name of the collection
	 * @return this
	 */
	MongoChanges createCollection(String collection);

	/**
	 * Create a collection, unless it is there with the same options; one with other
	 * options is an error. Undone by dropping it if it is empty.
	 * @param collection the name of the collection
	 * @param options validator, collation, bounds of a capped collection, time series,
	 * clustered index, expiry, and pre- and post-images; other options are refused
	 * @return this
	 */
	MongoChanges createCollection(String collection, CreateCollectionOptions options);

	/**
	 * Change options of a collection or a view that is there. Undone by setting the
	 * previous ones, but for the buckets of a time series.
	 * @param collection the name of the collection or view
	 * @param alteration takes the options
	 * @return this
	 */
	MongoChanges alterCollection(String collection, Consumer<AlterCollection> alteration);

	/**
	 * Create a view, unless the same one is there. Undone by dropping it.
	 * @param view the name of the view
	 * @param on the collection or view that it reads
	 * @param pipeline what it shows of it
	 * @return this
	 */
	MongoChanges createView(String view, String on, List<? extends Bson> pipeline);

	/**
	 * Create a view, unless the same one is there. Undone by dropping it.
	 * @param view the name of the view
	 * @param on the collection or view that it reads
	 * @param pipeline what it shows of it
	 * @param collation the rules by which strings are compared
	 * @return this
	 */
	MongoChanges createView(String view, String on, List<? extends Bson> pipeline, Collation collation);

	/**
	 * Drop a view, if it is there. Undone by creating it as it was.
	 * @param view the name of the view
	 * @return this
	 */
	MongoChanges dropView(String view);

	/**
	 * Drop a collection. Undone from pre-images of all its documents, with its options
	 * and indexes.
	 * @param collection the name of the collection
	 * @return this
	 */
	MongoChanges dropCollection(String collection);

	/**
	 * Rename a collection. Undone by renaming it back.
	 * @param from the name of the collection
	 * @param to its new name, which no collection may have
	 * @return this
	 */
	MongoChanges renameCollection(String from, String to);

	/**
	 * Create an index that is named as the server would name it, unless it is there.
	 * Undone by dropping it.
	 * @param collection the name of the collection
	 * @param keys the fields of the index and their order
	 * @return this
	 */
	MongoChanges createIndex(String collection, Bson keys);

	/**
	 * Create an index, unless it is there. Undone by dropping it.
	 * @param collection the name of the collection
	 * @param keys the fields of the index and their order
	 * @param options name, uniqueness, partial filter, expiry, sparseness, collation,
	 * whether it is hidden, weights and languages of a text index, and the projection of
	 * a wildcard; other options are refused
	 * @return this
	 */
	MongoChanges createIndex(String collection, Bson keys, IndexOptions options);

	/**
	 * Create an index by which documents expire, unless it is there. Those that have
	 * expired already are deleted then, and no undo restores them; without this word the
	 * migration is refused if there are some. Undone by dropping it.
	 * @param collection the name of the collection
	 * @param keys the field with the date
	 * @param options the options of the index, its expiry among them
	 * @return this
	 */
	MongoChanges createIndexExpiringExisting(String collection, Bson keys, IndexOptions options);

	/**
	 * Drop an index, if it is there. Undone by creating it as it was.
	 * @param collection the name of the collection
	 * @param name the name of the index
	 * @return this
	 */
	MongoChanges dropIndex(String collection, String name);

	/**
	 * Change options of an index that is there. Undone by setting the previous ones; one
	 * that became unique is built anew.
	 * @param collection the name of the collection
	 * @param name the name of the index
	 * @param alteration takes the options
	 * @return this
	 */
	MongoChanges alterIndex(String collection, String name, Consumer<AlterIndex> alteration);

	/**
	 * Create a search index for texts, unless the same one is there, and wait until it is
	 * ready. Undone by dropping it.
	 * @param collection the name of the collection
	 * @param name the name of the search index
	 * @param definition the definition
	 * @return this
	 */
	default MongoChanges createSearchIndex(String collection, String name, Bson definition) {
		return createSearchIndex(collection, (index) -> index.name(name).definition(definition));
	}

	/**
	 * Create a search index, unless the same one is there, and wait until it is ready.
	 * Undone by dropping it.
	 * @param collection the name of the collection
	 * @param index takes what the search index is
	 * @return this
	 */
	MongoChanges createSearchIndex(String collection, Consumer<SearchIndex> index);

	/**
	 * Give a search index another definition, and wait until it is ready. Undone by
	 * setting the previous one.
	 * @param collection the name of the collection
	 * @param name the name of the search index
	 * @param definition the definition
	 * @return this
	 */
	default MongoChanges updateSearchIndex(String collection, String name, Bson definition) {
		return updateSearchIndex(collection, (index) -> index.name(name).definition(definition));
	}

	/**
	 * Give a search index another definition, and wait until it is ready. Undone by
	 * setting the previous one.
	 * @param collection the name of the collection
	 * @param index takes what the search index is to be
	 * @return this
	 */
	MongoChanges updateSearchIndex(String collection, Consumer<SearchIndex> index);

	/**
	 * Drop a search index, if it is there. Undone by creating it as it was.
	 * @param collection the name of the collection
	 * @param name the name of the search index
	 * @return this
	 */
	MongoChanges dropSearchIndex(String collection, String name);

	/**
	 * Set the validator of a collection, which is created if it is not there, at the
	 * level {@code strict} with the action {@code error}. Undone by setting the previous
	 * one.
	 * @param collection the name of the collection
	 * @param validator the validator
	 * @return this
	 */
	MongoChanges setValidator(String collection, Bson validator);

	/**
	 * Set the validator of a collection, which is created if it is not there. Undone by
	 * setting the previous one.
	 * @param collection the name of the collection
	 * @param validator the validator
	 * @param level which documents are validated
	 * @param action what becomes of a write that is not valid
	 * @return this
	 */
	MongoChanges setValidator(String collection, Bson validator, ValidationLevel level, ValidationAction action);

	/**
	 * Insert documents, those aside that are there already; one that is there with other
	 * content is an error. Undone by deleting those that were inserted.
	 * @param collection the name of the collection
	 * @param documents the documents, each with an {@code _id}
	 * @return this
	 */
	MongoChanges insert(String collection, List<? extends Bson> documents);

	/**
	 * Insert documents, those aside that are there already; one that is there with other
	 * content is an error. Undone by deleting those that were inserted.
	 * @param collection the name of the collection
	 * @param documents the documents, each with an {@code _id}
	 * @return this
	 */
	default MongoChanges insert(String collection, Bson... documents) {
		return insert(collection, List.of(documents));
	}

	/**
	 * Copy documents to another collection, which is created if it is missing; refused if
	 * that has other documents of the same ids. Undone by deleting the copies that were
	 * not changed since.
	 * @param from the collection that has the documents
	 * @param to the other collection
	 * @param filter selects the documents
	 * @return this
	 */
	default MongoChanges copyDocuments(String from, String to, Bson filter) {
		return copyDocuments(from, to, filter, (transfer) -> {
		});
	}

	/**
	 * Copy documents to another collection, which is created if it is missing. Undone by
	 * deleting the copies that were not changed since.
	 * @param from the collection that has the documents
	 * @param to the other collection
	 * @param filter selects the documents
	 * @param options takes the rest of the declaration
	 * @return this
	 */
	MongoChanges copyDocuments(String from, String to, Bson filter, Consumer<Transfer> options);

	/**
	 * Move documents to another collection, which is created if it is missing; refused if
	 * that has other documents of the same ids. Undone by moving them back.
	 * @param from the collection that has the documents
	 * @param to the other collection
	 * @param filter selects the documents
	 * @return this
	 */
	default MongoChanges moveDocuments(String from, String to, Bson filter) {
		return moveDocuments(from, to, filter, (transfer) -> {
		});
	}

	/**
	 * Move documents to another collection, which is created if it is missing. Undone by
	 * moving them back.
	 * @param from the collection that has the documents
	 * @param to the other collection
	 * @param filter selects the documents
	 * @param options takes the rest of the declaration
	 * @return this
	 */
	MongoChanges moveDocuments(String from, String to, Bson filter, Consumer<Transfer> options);

	/**
	 * Move the elements of an embedded array to a collection of their own, which is
	 * created if it is missing. Undone from pre-images where the elements were not
	 * changed since.
	 * @param collection the name of the collection
	 * @param field the array, whose elements are documents
	 * @param into the collection of the elements
	 * @param reference the field for the id of the document that had the element
	 * @return this
	 */
	MongoChanges extract(String collection, String field, String into, String reference);

	/**
	 * Move the elements of an embedded array to a collection of their own, which is
	 * created if it is missing. Undone from pre-images where the elements were not
	 * changed since.
	 * @param collection the name of the collection
	 * @param field the array, whose elements are documents
	 * @param into the collection of the elements
	 * @param reference the field for the id of the document that had the element
	 * @param position the field for the place in the array
	 * @return this
	 */
	MongoChanges extract(String collection, String field, String into, String reference, String position);

	/**
	 * Move documents into an array of the documents that they refer to, in the order of
	 * their ids. Undone by moving those back that were not changed since.
	 * @param collection the collection of the documents
	 * @param into the collection of the documents that are referred to
	 * @param field the field for the array, which no document may have
	 * @param reference the field for the id of the document that is referred to
	 * @return this
	 */
	MongoChanges embed(String collection, String into, String field, String reference);

	/**
	 * Move documents into an array of the documents that they refer to. Undone by moving
	 * those back that were not changed since.
	 * @param collection the collection of the documents
	 * @param into the collection of the documents that are referred to
	 * @param field the field for the array, which no document may have
	 * @param reference the field for the id of the document that is referred to
	 * @param sort the order of the elements
	 * @return this
	 */
	MongoChanges embed(String collection, String into, String field, String reference, Bson sort);

	/**
	 * Update documents. Undone from pre-images.
	 * @param collection the name of the collection
	 * @param filter selects the documents
	 * @param up the update operators
	 * @return this
	 */
	default MongoChanges update(String collection, Bson filter, Bson up) {
		return update(collection, filter, (update) -> update.up(up));
	}

	/**
	 * Update documents. Undone by another update of the documents that the filter selects
	 * then.
	 * @param collection the name of the collection
	 * @param filter selects the documents
	 * @param up the update operators
	 * @param down the update operators that undo it
	 * @return this
	 */
	default MongoChanges update(String collection, Bson filter, Bson up, Bson down) {
		return update(collection, filter, (update) -> update.up(up).down(down));
	}

	/**
	 * Update documents.
	 * @param collection the name of the collection
	 * @param filter selects the documents
	 * @param update takes the rest of the declaration
	 * @return this
	 */
	MongoChanges update(String collection, Bson filter, Consumer<Update> update);

	/**
	 * Delete documents. Undone from pre-images.
	 * @param collection the name of the collection
	 * @param filter selects the documents; an empty one is refused
	 * @return this
	 */
	MongoChanges delete(String collection, Bson filter);

	/**
	 * Delete all documents of a collection, which stays. Undone from pre-images.
	 * @param collection the name of the collection
	 * @return this
	 */
	MongoChanges deleteAll(String collection);

	/**
	 * Run a command on the application's database. Not undone.
	 * @param up the command
	 * @return this
	 */
	default MongoChanges command(Bson up) {
		return command((command) -> command.up(up));
	}

	/**
	 * Run a command on the application's database. Undone by another command.
	 * @param up the command
	 * @param down the command that undoes it
	 * @return this
	 */
	default MongoChanges command(Bson up, Bson down) {
		return command((command) -> command.up(up).down(down));
	}

	/**
	 * Run a command on the application's database.
	 * @param command takes the declaration
	 * @return this
	 */
	MongoChanges command(Consumer<Command> command);

	/**
	 * Run a command on the server's database {@code admin}, for sharding, users or roles.
	 * Undone by the command that undoes it, if there is one. Passwords in it are neither
	 * shown nor stored.
	 * @param command takes the declaration
	 * @return this
	 */
	MongoChanges adminCommand(Consumer<Command> command);

	/**
	 * Declare that the migration is not to be undone. No pre-images are kept.
	 * @param reason why it cannot or need not be undone
	 * @return this
	 */
	MongoChanges irreversible(String reason);

	/**
	 * Takes what an update consists of.
	 */
	interface Update {

		/**
		 * Set what the update does.
		 * @param operators the update operators
		 * @return this
		 */
		Update up(Bson operators);

		/**
		 * Set what the update does.
		 * @param pipeline the stages of an aggregation pipeline
		 * @return this
		 */
		Update up(List<? extends Bson> pipeline);

		/**
		 * Set what undoes the update. Without it the update is undone from pre-images.
		 * @param operators the update operators
		 * @return this
		 */
		Update down(Bson operators);

		/**
		 * Set what undoes the update. Without it the update is undone from pre-images.
		 * @param pipeline the stages of an aggregation pipeline
		 * @return this
		 */
		Update down(List<? extends Bson> pipeline);

		/**
		 * Set what selects the documents to undo. Without it those are undone that the
		 * update's filter selects at that time.
		 * @param filter selects the documents
		 * @return this
		 */
		Update downFilter(Bson filter);

		/**
		 * Set what selects the elements that paths of operators call {@code $[x]}. Those
		 * of the undo may be among them.
		 * @param filters a filter for each such {@code x}
		 * @return this
		 */
		Update arrayFilters(List<? extends Bson> filters);

		/**
		 * Set the array filters of the undo, if they are others than those of the update.
		 * @param filters a filter for each identifier
		 * @return this
		 */
		Update downArrayFilters(List<? extends Bson> filters);

		/**
		 * Set the rules by which strings are compared. No pre-images are kept then, so
		 * only {@code down} can undo the update.
		 * @param collation the collation
		 * @return this
		 */
		Update collation(Collation collation);

		/**
		 * Set the index by which the server finds the documents.
		 * @param index the name of the index
		 * @return this
		 */
		Update hint(String index);

		/**
		 * Set the index by which the server finds the documents.
		 * @param keys the keys of the index
		 * @return this
		 */
		Update hint(Bson keys);

		/**
		 * Set values of variables, which expressions call {@code $$name}.
		 * @param variables names and values
		 * @return this
		 */
		Update let(Bson variables);

		/**
		 * Insert a document if there is none. The filter must select it by its
		 * {@code _id} and by nothing else. Undone by deleting it, unless it was changed
		 * since.
		 * @return this
		 */
		Update upsert();

		/**
		 * Declare that the update and its undo do the same if they are executed again.
		 * @return this
		 */
		Update idempotent();

	}

	/**
	 * Takes how documents are copied or moved.
	 */
	interface Transfer {

		/**
		 * Set what changes the documents on their way. Each must keep its {@code _id}.
		 * @param stages stages that work on each document by itself: {@code $set},
		 * {@code $unset}, {@code $project}, {@code $replaceWith}
		 * @return this
		 */
		Transfer pipeline(List<? extends Bson> stages);

		/**
		 * Set what happens where another document of the same id is there.
		 * @param onConflict what happens then
		 * @return this
		 */
		Transfer onConflict(OnConflict onConflict);

	}

	/**
	 * Takes what a command consists of.
	 */
	interface Command {

		/**
		 * Set the command.
		 * @param command the command
		 * @return this
		 */
		Command up(Bson command);

		/**
		 * Set the command that undoes it.
		 * @param command the command
		 * @return this
		 */
		Command down(Bson command);

		/**
		 * Declare that the command and its undo do the same if they are executed again.
		 * @return this
		 */
		Command idempotent();

	}

	/**
	 * Takes new options of a collection or a view.
	 */
	interface AlterCollection {

		/**
		 * Set whether change streams can show documents as they were before and after a
		 * change.
		 * @param enabled whether they can
		 * @return this
		 */
		AlterCollection changeStreamPreAndPostImages(boolean enabled);

		/**
		 * Set when documents of a time series or a clustered collection are deleted.
		 * @param expireAfter how long after their date, in whole seconds
		 * @return this
		 */
		AlterCollection expireAfter(Duration expireAfter);

		/**
		 * Set that documents of a time series or a clustered collection are not deleted.
		 * @return this
		 */
		AlterCollection expireNever();

		/**
		 * Declare that documents which have expired already may be deleted, which no undo
		 * restores.
		 * @return this
		 */
		AlterCollection expireExisting();

		/**
		 * Set the size of a capped collection.
		 * @param bytes the size
		 * @return this
		 */
		AlterCollection cappedSize(long bytes);

		/**
		 * Set how many documents a capped collection can have.
		 * @param documents their number
		 * @return this
		 */
		AlterCollection cappedMax(long documents);

		/**
		 * Declare that documents beyond the bounds of a capped collection may be deleted,
		 * which no undo restores.
		 * @return this
		 */
		AlterCollection discardOldest();

		/**
		 * Set how far apart the documents of a series are. Not undone.
		 * @param granularity the granularity, which can only become coarser
		 * @return this
		 */
		AlterCollection granularity(TimeSeriesGranularity granularity);

		/**
		 * Set the span of time that a time series stores together. Not undone.
		 * @param span the span, which can only become longer
		 * @return this
		 */
		AlterCollection bucketSpan(Duration span);

		/**
		 * Set what a view reads.
		 * @param collection a collection or a view
		 * @return this
		 */
		AlterCollection on(String collection);

		/**
		 * Set what a view shows.
		 * @param pipeline the stages of an aggregation pipeline
		 * @return this
		 */
		AlterCollection pipeline(List<? extends Bson> pipeline);

	}

	/**
	 * Takes new options of an index.
	 */
	interface AlterIndex {

		/**
		 * Set whether queries do not use the index.
		 * @param hidden whether it is hidden
		 * @return this
		 */
		AlterIndex hidden(boolean hidden);

		/**
		 * Set when documents are deleted, of an index by which they expire already.
		 * @param expireAfter how long after their date, in whole seconds
		 * @return this
		 */
		AlterIndex expireAfter(Duration expireAfter);

		/**
		 * Declare that documents which have expired already may be deleted, which no undo
		 * restores.
		 * @return this
		 */
		AlterIndex expireExisting();

		/**
		 * Set that no two documents may have the same values.
		 * @return this
		 */
		AlterIndex unique();

	}

	/**
	 * Takes what a search index is.
	 */
	interface SearchIndex {

		/**
		 * Set the name. Without it the search index is called {@code default}.
		 * @param name the name
		 * @return this
		 */
		SearchIndex name(String name);

		/**
		 * Let the search index be one for vectors. Only for one that is created.
		 * @return this
		 */
		SearchIndex vectorSearch();

		/**
		 * Set the definition.
		 * @param definition the definition
		 * @return this
		 */
		SearchIndex definition(Bson definition);

		/**
		 * Set how long to wait until the search index is ready. Without it 30 minutes.
		 * @param waitFor how long, in whole seconds
		 * @return this
		 */
		SearchIndex waitFor(Duration waitFor);

	}

}
