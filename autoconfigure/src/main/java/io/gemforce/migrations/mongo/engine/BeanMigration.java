package io.gemforce.migrations.mongo.engine;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Requirement;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.history.Attempt;

/**
 * A migration that was discovered among the beans.
 *
 * @param bean the bean
 * @param beanName the name of the bean
 * @param script the name of the class
 * @param version the version
 * @param description the description
 * @param checksum the declared checksum or the one derived from the class, {@code null}
 * if there is none
 * @param transaction whether to run in a transaction
 * @param onInterrupted the declared policy, {@code null} if none is declared
 * @param requires what must be applied before
 * @param imports what counts as this migration in another tool's history
 */
record BeanMigration(MongoMigration bean, String beanName, String script, Version version, String description,
		@Nullable String checksum, TransactionMode transaction, @Nullable OnInterrupted onInterrupted,
		List<Requirement> requires, List<ImportId> imports) {

	Attempt attempt(boolean transactional) {
		return new Attempt(this.version, this.description, MigrationType.BEAN, this.script, this.checksum, Direction.UP,
				Phase.EXPAND, transactional);
	}

	@Override
	public String toString() {
		return "%s (%s)".formatted(this.version, this.description);
	}

}
