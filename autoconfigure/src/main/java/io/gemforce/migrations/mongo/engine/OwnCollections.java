package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.mongodb.MongoNamespace;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.discovery.DeclaredAction;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;

/**
 * Looks whether declared changes would change this library's own collections, whatever
 * they are called and in whichever database they are.
 */
record OwnCollections(Supplier<MongoAccess> access) {

	List<Problem> problems(ResolvedMigration migration) {
		List<Problem> problems = new ArrayList<>();
		if (migration.action() instanceof DeclaredAction declared) {
			String application = this.access.get().factory().getMongoDatabase().getName();
			for (MongoNamespace own : this.access.get().ourNamespaces()) {
				declared.changes()
					.writing(application, own)
					.forEach((change) -> problems.add(problem(migration, change, own)));
			}
		}
		return problems;
	}

	private static Problem problem(ResolvedMigration migration, String change, MongoNamespace own) {
		return Problem.error(ProblemCode.INVALID_DEFINITION, StoreName.MONGO,
				"Migration %s (%s): %s would change '%s', a collection of this library's own"
					.formatted(migration.version(), migration.location(), change, own.getFullName()),
				"Remove the change. What is recorded is changed only by gemforce.migrations.run=repair, mark-applied, "
						+ "mark-rolled-back, release-lock and release-hold");
	}

}
