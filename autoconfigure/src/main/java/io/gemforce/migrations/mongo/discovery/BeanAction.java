package io.gemforce.migrations.mongo.discovery;

import java.util.List;
import java.util.Optional;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.UndoKind;

/**
 * A migration whose work is code, done a number of times in a row.
 *
 * @param isSelfContained whether it uses nothing but the context that it is given
 */
public record BeanAction(MongoMigration bean, boolean isSelfContained, int times) implements MigrationAction {

	public BeanAction(MongoMigration bean, boolean isSelfContained) {
		this(bean, isSelfContained, 1);
	}

	@Override
	public void up(ActionContext attempt) throws Exception {
		for (int time = 1; time <= this.times; time++) {
			this.bean.up(attempt.migrationContext());
		}
	}

	@Override
	public MigrationAction repeatedly() {
		return new BeanAction(this.bean, this.isSelfContained, 2);
	}

	@Override
	public List<Problem> down(ActionContext attempt) throws Exception {
		if (!(this.bean instanceof ReversibleMongoMigration reversible)) {
			throw new IllegalStateException("The migration cannot be undone");
		}
		reversible.down(attempt.migrationContext());
		return List.of();
	}

	@Override
	public Optional<String> reachesBeyond() {
		return this.isSelfContained ? Optional.empty()
				: Optional.of("it injects other beans, so it could write to the real databases; rehearse it in a test, "
						+ "whose beans have scratch databases");
	}

	@Override
	public boolean isOneTransaction() {
		return true;
	}

	@Override
	public boolean isRepeatable(boolean transactions) {
		return false;
	}

	@Override
	public Undo undo() {
		return (this.bean instanceof ReversibleMongoMigration) ? Undo.by(UndoKind.BEAN)
				: Undo.none("its class does not implement ReversibleMongoMigration");
	}

	@Override
	public Undo undo(MongoCollection<Document> preimages, Version version, long firstAttemptRank) {
		return undo();
	}

	@Override
	public String undoSummary() {
		return "runs the migration's own code";
	}

	@Override
	public PlannedWork plan(MongoDatabase database, boolean exact, boolean transactional) {
		return PlannedWork.summarized("runs code, which cannot be looked at before", transactional);
	}

}
