package io.gemforce.migrations.mongo.discovery;

import java.util.List;
import java.util.Optional;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Undo;

/**
 * What a migration does, whichever way the user has written it.
 */
public sealed interface MigrationAction permits BeanAction, DeclaredAction, UncreatedAction {

	/**
	 * Apply it.
	 * @param attempt the attempt
	 * @throws Exception if it failed
	 */
	void up(WorkAttempt attempt) throws Exception;

	/**
	 * Undo it.
	 * @param attempt the attempt
	 * @return what somebody should look at
	 * @throws Exception if it failed
	 */
	List<Problem> down(WorkAttempt attempt) throws Exception;

	/**
	 * Whether all of it can be one transaction. What cannot opens small ones of its own.
	 * @return whether it is executed in a transaction where the deployment has them
	 */
	boolean isOneTransaction();

	/**
	 * Whether it does the same however much of it is already done, by construction.
	 * @param transactions whether the deployment has transactions
	 * @return whether it can be repeated
	 */
	boolean isRepeatable(boolean transactions);

	/**
	 * Say why it may reach more than the database that it is given, so that it cannot be
	 * rehearsed on another database than the application's.
	 * @return the reason, or empty if it does not
	 */
	Optional<String> reachesBeyond();

	/**
	 * Return this, done twice in a row each time, to prove that it can be repeated.
	 * @return the work
	 */
	MigrationAction repeatedly();

	/**
	 * Tell whether it can be undone, without looking at the data.
	 * @return whether it can
	 */
	Undo undo();

	/**
	 * Tell whether it can be undone as things are. Only reads.
	 * @param preimages what migrations remember
	 * @param version the version of the migration
	 * @param firstAttemptRank what its memory is kept under
	 * @return whether it can
	 */
	Undo undo(MongoCollection<Document> preimages, Version version, long firstAttemptRank);

	/**
	 * Say what undoing it would do.
	 * @return a sentence a line
	 */
	String undoSummary();

	/**
	 * Describe what applying it would do. Only reads.
	 * @param database the application's database
	 * @param exact whether to count what would be touched, or to estimate it
	 * @return the description
	 */
	WorkPlan plan(MongoDatabase database, boolean exact);

}
