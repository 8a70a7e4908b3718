package io.gemforce.migrations.mongo.engine;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.mongo.change.contract.ChangeContext;
import io.gemforce.migrations.mongo.change.preimage.ApplyKey;
import io.gemforce.migrations.mongo.context.GuardedDatabaseFactory;
import io.gemforce.migrations.mongo.context.OperationGuard;

/**
 * The context of declared changes in one attempt: guarded, and with small transactions
 * where the attempt has no large one.
 */
final class GuardedChangeContext implements ChangeContext {

	private final GuardedDatabaseFactory factory;

	private final LockedHistory locked;

	private final RunnerTransactions transactions;

	private final OperationGuard guard;

	private final MongoAccess access;

	private final MongoSettings settings;

	private final PendingExecution.Opened opened;

	GuardedChangeContext(GuardedDatabaseFactory factory, LockedHistory locked, RunnerTransactions transactions,
			OperationGuard guard, MongoAccess access, MongoSettings settings, PendingExecution.Opened opened) {
		this.factory = factory;
		this.locked = locked;
		this.transactions = transactions;
		this.guard = guard;
		this.access = access;
		this.settings = settings;
		this.opened = opened;
	}

	@Override
	public MongoDatabase database() {
		return this.factory.getMongoDatabase();
	}

	@Override
	public MongoDatabase adminDatabase() {
		return this.factory.getMongoDatabase("admin");
	}

	@Override
	public MongoCollection<Document> preimages() {
		return this.access.preimages(this.factory);
	}

	@Override
	public ApplyKey key() {
		return this.opened.key();
	}

	@Override
	public long preimageLimit() {
		return this.settings.preimages().limit();
	}

	@Override
	public boolean hasTransactions() {
		return this.opened.execution().migration().usesTransactions(this.transactions.areThere());
	}

	@Override
	public void inTransaction(Work work) throws Exception {
		if (!hasTransactions() || this.locked.session().isInTransaction()) {
			work.run();
			return;
		}
		this.guard.transactional(true);
		try {
			this.transactions.execute(this.opened.execution().toString(), () -> {
				work.run();
				this.locked.lease().check();
				return true;
			});
		}
		finally {
			this.guard.transactional(false);
		}
	}

	@Override
	public void doing(String what) {
		this.locked.lease().doing("%s: %s".formatted(this.opened.execution().brief(), what));
	}

}
