package io.gemforce.migrations.mongo.discovery;

import java.util.List;
import java.util.Optional;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.Undo;

/**
 * What a migration does, whichever way the user has written it.
 */
public sealed interface MigrationAction permits BeanAction, DeclaredAction, EarlyBeanAction {

	void up(ActionContext attempt) throws Exception;

	List<Problem> down(ActionContext attempt) throws Exception;

	/**
	 * Whether all of it can be one transaction; otherwise it opens small ones.
	 */
	boolean isOneTransaction();

	/**
	 * Whether it does the same however much of it is already done, by construction.
	 */
	boolean isRepeatable(boolean transactions);

	/**
	 * Say why it may reach more than its database, so that it cannot be rehearsed.
	 */
	Optional<String> reachesBeyond();

	/**
	 * Return this, done twice in a row each time, to prove that it can be repeated.
	 */
	MigrationAction repeatedly();

	/**
	 * Tell whether it can be undone, without looking at the data.
	 */
	Undo undo();

	/**
	 * Tell whether it can be undone as things are. Only reads.
	 */
	Undo undo(MongoCollection<Document> preimages, Version version, long firstAttemptRank);

	String undoSummary();

	/**
	 * Describe what applying it would do. Only reads.
	 */
	PlannedWork plan(MongoDatabase database, boolean exact, boolean transactional);

}
