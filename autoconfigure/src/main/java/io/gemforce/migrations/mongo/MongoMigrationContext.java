package io.gemforce.migrations.mongo;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;
import org.springframework.data.mongodb.core.MongoOperations;

/**
 * A migration's access to the database, valid until the migration returns.
 * <p>
 * What is done through it takes part in the migration's transaction, is written with
 * write concern majority and read from the primary. An operation is refused when the lock
 * has been lost; an operation that cannot be in a transaction is refused inside of one.
 * Estimated counts are not part of the transaction. The application's own templates are
 * not touched, and its {@code timeoutMS} does not apply.
 * <p>
 * A transaction belongs to the thread that runs the migration: other threads are refused.
 * Outside of a transaction other threads can work, too, each in a session of its own; a
 * result is read by the thread that has asked for it.
 */
public interface MongoMigrationContext {

	/**
	 * Return the application's database.
	 * @return the database
	 */
	MongoDatabase database();

	/**
	 * Return a collection of the application's database.
	 * @param name the name of the collection
	 * @return the collection
	 */
	MongoCollection<Document> collection(String name);

	/**
	 * Return a template for the application's database. It maps as the application does:
	 * its classes, type mapper, conversions and names of fields are those of the
	 * application's converter, and the application's entity callbacks, auditing and
	 * listeners take part, except for plain documents. It creates no indexes.
	 * @return the template
	 * @throws IllegalStateException if the application's converter has code of its own,
	 * so that documents could be mapped differently
	 */
	MongoOperations template();

}
