package io.gemforce.migrations.mongo.engine;

import java.util.List;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.discovery.BeanAction;
import io.gemforce.migrations.mongo.discovery.ImportId;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.store.Requirement;

/**
 * Makes migrations for tests.
 *
 * @param version the version
 * @param work what the migration does
 * @param transaction whether it runs in a transaction
 * @param onInterrupted its policy
 * @param checksum its checksum
 * @param requires what it requires
 * @param imports what it imports
 */
record TestMigration(String version, MongoMigration work, TransactionMode transaction,
		@Nullable OnInterrupted onInterrupted, @Nullable String checksum, List<String> requires, List<String> imports) {

	/**
	 * Make a migration that does something.
	 */
	static TestMigration of(String version, MongoMigration work) {
		return new TestMigration(version, work, TransactionMode.AUTO, null, "1", List.of(), List.of());
	}

	/**
	 * Make a migration that inserts a document, so that it can be counted how often it
	 * was applied.
	 */
	static TestMigration inserting(String version) {
		return of(version, (mongo) -> mongo.collection("applied").insertOne(new Document("version", version)));
	}

	TestMigration with(TransactionMode transaction) {
		return new TestMigration(this.version, this.work, transaction, this.onInterrupted, this.checksum, this.requires,
				this.imports);
	}

	TestMigration with(OnInterrupted onInterrupted) {
		return new TestMigration(this.version, this.work, this.transaction, onInterrupted, this.checksum, this.requires,
				this.imports);
	}

	TestMigration withChecksum(String checksum) {
		return new TestMigration(this.version, this.work, this.transaction, this.onInterrupted, checksum, this.requires,
				this.imports);
	}

	TestMigration requiring(String... requires) {
		return new TestMigration(this.version, this.work, this.transaction, this.onInterrupted, this.checksum,
				List.of(requires), this.imports);
	}

	TestMigration importing(String... imports) {
		return new TestMigration(this.version, this.work, this.transaction, this.onInterrupted, this.checksum,
				this.requires, List.of(imports));
	}

	ResolvedMigration resolve() {
		return new ResolvedMigration(
				new MigrationDescriptor(Version.parse(this.version).orElseThrow(), "migration " + this.version,
						MigrationType.BEAN, "com.example.V" + this.version, this.checksum),
				"bean 'bean%s'".formatted(this.version), this.transaction, this.onInterrupted,
				this.requires.stream().map((text) -> Requirement.parse(text).orElseThrow()).toList(),
				this.imports.stream().map((text) -> ImportId.parse(text).orElseThrow()).toList(),
				new BeanAction(this.work, true));
	}

}
