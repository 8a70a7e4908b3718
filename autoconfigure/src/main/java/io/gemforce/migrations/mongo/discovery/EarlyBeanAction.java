package io.gemforce.migrations.mongo.discovery;

import java.util.List;
import java.util.Optional;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.UndoKind;

/**
 * The work of a bean of which only the class is known, as it is too early to create it.
 */
record EarlyBeanAction(Class<?> type) implements MigrationAction {

	@Override
	public void up(ActionContext attempt) {
		throw tooEarly();
	}

	@Override
	public List<Problem> down(ActionContext attempt) {
		throw tooEarly();
	}

	@Override
	public boolean isOneTransaction() {
		return !isDeclared();
	}

	// What is declared mostly is, and is looked at again before it is executed
	@Override
	public boolean isRepeatable(boolean transactions) {
		return isDeclared();
	}

	@Override
	public Optional<String> reachesBeyond() {
		return Optional.of("it is not created yet, so it is not known what it reaches");
	}

	@Override
	public MigrationAction repeatedly() {
		throw tooEarly();
	}

	@Override
	public Undo undo() {
		if (isDeclared()) {
			return Undo.by(UndoKind.DERIVED);
		}
		return ReversibleMongoMigration.class.isAssignableFrom(this.type) ? Undo.by(UndoKind.BEAN)
				: Undo.none("its class does not implement ReversibleMongoMigration");
	}

	@Override
	public Undo undo(MongoCollection<Document> preimages, Version version, long firstAttemptRank) {
		return undo();
	}

	@Override
	public String undoSummary() {
		throw tooEarly();
	}

	@Override
	public PlannedWork plan(MongoDatabase database, boolean exact, boolean transactional) {
		throw tooEarly();
	}

	private boolean isDeclared() {
		return DeclaredMongoMigration.class.isAssignableFrom(this.type);
	}

	private IllegalStateException tooEarly() {
		return new IllegalStateException("The bean of %s is not created yet".formatted(this.type));
	}

}
