package io.gemforce.migrations.mongo.change.contract;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.mongo.change.preimage.ApplyKey;

/**
 * What the execution of changes needs, for one attempt. No transaction is open when the
 * execution begins: it opens those that it needs by itself.
 */
public interface ChangeContext {

	/**
	 * Return the application's database. What is done through it takes part in the
	 * transaction that is open, if one is, and is refused when the lock has been lost.
	 */
	MongoDatabase database();

	/**
	 * Return the collection of pre-images, in the database of the history. What is done
	 * through it takes part in the transaction that is open, if one is, and is refused
	 * when the lock has been lost.
	 */
	MongoCollection<Document> preimages();

	/**
	 * Return which application this attempt belongs to.
	 */
	ApplyKey key();

	/**
	 * Return how many pre-images one change may keep.
	 */
	long preimageLimit();

	/**
	 * Whether {@link #inTransaction(Work)} opens a transaction.
	 */
	boolean hasTransactions();

	/**
	 * Do some work in one small transaction, and again from its beginning after an error
	 * that passes. Does the work plainly where there are no transactions, or one is open
	 * already.
	 * @param work the work, which may be done more than once
	 * @throws Exception if the work failed; what it did is rolled back if it was in a
	 * transaction
	 */
	void inTransaction(Work work) throws Exception;

	/**
	 * Tell those who look at the lock what is being done.
	 */
	void doing(String what);

	/**
	 * Some work.
	 */
	@FunctionalInterface
	interface Work {

		/**
		 * Do the work.
		 */
		void run() throws Exception;

	}

}
