package io.gemforce.migrations.mongo.change.contract;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.mongo.change.preimage.ApplyKey;

/**
 * What the execution of changes needs, for one attempt. It opens the transactions itself:
 * none is open when it begins. What is done through the database and the collection takes
 * part in the open transaction, if any, and is refused when the lock has been lost.
 */
public interface ChangeContext {

	MongoDatabase database();

	MongoDatabase adminDatabase();

	/**
	 * In the database of the history.
	 */
	MongoCollection<Document> preimages();

	ApplyKey key();

	/**
	 * The maximum for one change.
	 */
	long preimageLimit();

	boolean hasTransactions();

	/**
	 * Do some work in one small transaction, and again from the start after a transient
	 * error. Without transactions, or inside an open one, it is simply done. If it fails
	 * in a transaction, it is rolled back.
	 * @param work may be run more than once
	 */
	void inTransaction(Work work) throws Exception;

	/**
	 * Show what is being done to those who look at the lock.
	 */
	void doing(String what);

	/**
	 * Some work in a transaction.
	 */
	@FunctionalInterface
	interface Work {

		void run() throws Exception;

	}

}
