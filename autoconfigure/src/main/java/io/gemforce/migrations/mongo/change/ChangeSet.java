package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.Optional;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.mongo.DeclaredMongoMigration;

/**
 * The changes of one migration, in their order. Immutable.
 */
public final class ChangeSet {

	private final List<Change> changes;

	private ChangeSet(List<Change> changes) {
		this.changes = List.copyOf(changes);
	}

	/**
	 * Take the changes that a migration declares.
	 * @param migration the migration
	 * @param subject what to call it in messages, such as
	 * {@code Bean 'a' (com.example.A)}
	 * @return the changes
	 * @throws InvalidChangesException if anything is wrong with them
	 */
	public static ChangeSet declaredBy(DeclaredMongoMigration migration, String subject) {
		throw new UnsupportedOperationException(subject);
	}

	/**
	 * Return the changes.
	 * @return the changes, at least one
	 */
	public List<Change> changes() {
		return this.changes;
	}

	/**
	 * Return why the changes cannot be undone: the reason that the author gave, or what
	 * is wrong with the changes that have no reverse.
	 * @return the reason, or empty if they can be undone as long as what they need for it
	 * is remembered
	 */
	public Optional<String> irreversible() {
		return Optional.empty();
	}

	/**
	 * Whether an attempt that never finished can simply be executed again.
	 * @param transactions whether there are transactions
	 * @return whether executing the changes again leads to the same end
	 */
	public boolean isRepeatable(boolean transactions) {
		return transactions;
	}

	/**
	 * Whether there are changes that are only repeatable in a transaction. The execution
	 * opens it by itself.
	 * @return whether transactions make a difference to {@link #isRepeatable(boolean)}
	 */
	public boolean needsTransaction() {
		return isRepeatable(true) && !isRepeatable(false);
	}

	/**
	 * Whether the server lets all changes be part of a transaction.
	 * @return whether there are none of those that {@link #ddl()} names
	 */
	public boolean canBeInTransaction() {
		return ddl().isEmpty();
	}

	/**
	 * Return the changes that cannot be part of a transaction.
	 * @return a sentence without a period each
	 */
	public List<String> ddl() {
		return List.of();
	}

	/**
	 * Return the checksum of the changes as they were declared.
	 * @return the checksum, preceded by {@code changes:}
	 */
	public String checksum() {
		return "changes:";
	}

	/**
	 * Return the changes in the form that a change file has.
	 * @return relaxed extended JSON, on several lines
	 */
	public String toJson() {
		return "";
	}

	/**
	 * Say what the changes would do to a database as it is now. Only reads, and does not
	 * foresee what a change finds that comes after others.
	 * @param database the application's database
	 * @param counted whether to count the documents; otherwise their number is estimated
	 * from statistics, without a scan
	 * @return a plan for each change
	 */
	public List<ChangePlan> plan(MongoDatabase database, boolean counted) {
		return List.of();
	}

	/**
	 * Find out whether an application of the changes can be undone now. Only reads.
	 * @param preimages the collection of pre-images
	 * @param key which application
	 * @return why it cannot be undone, or empty if it can
	 */
	public Optional<String> whyNoUndo(MongoCollection<Document> preimages, ApplicationKey key) {
		return Optional.empty();
	}

}
