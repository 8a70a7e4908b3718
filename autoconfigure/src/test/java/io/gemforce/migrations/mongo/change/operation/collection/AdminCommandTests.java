package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import com.mongodb.MongoNamespace;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands on the server's own database, and secrets in commands.
 */
@ExtendWith(TestDatabases.class)
class AdminCommandTests {

	private static final String PARAMETER = "adminCommand: {up: {setParameter: 1, transactionLifetimeLimitSeconds: 61}, "
			+ "down: {setParameter: 1, transactionLifetimeLimitSeconds: 60}, idempotent: true}";

	private static final String CREATE_USER = "%s: {up: {createUser: app, pwd: hunter2, roles: []}, "
			+ "down: {updateUser: app, pwd: hunter1, customData: {oldPassword: hunter0}}, idempotent: true}";

	private final MongoTestDatabase mongo;

	AdminCommandTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	// The command is one of the server's own database only
	@Test
	@RequiresReplicaSet("setParameter")
	void isRunOnTheServersOwnDatabaseAndUndone() {
		ChangeSet changes = TestChanges.of(PARAMETER);
		TestContext.on(this.mongo).upTwice(changes);
		assertThat(TestContext.on(this.mongo).down(changes).conflicts()).isZero();
	}

	@Test
	void saysWhatItIs() {
		ChangeSet changes = TestChanges.of("adminCommand: {up: {enableSharding: shop}}");
		assertThat(changes.changes().get(0).summary()).isEqualTo("run admin command {\"enableSharding\": \"shop\"}");
		assertThat(changes.irreversible()).contains("a command without 'down' has no reverse");
		assertThat(changes.isRepeatable(true)).as("an interruption stops the next run").isFalse();
		assertThat(changes.reachBeyond())
			.isEqualTo(Optional.of("its command 'enableSharding' is run on the database 'admin'"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{renameCollection: shop.gems, to: shop.history}",
			"{shardCollection: shop.history, key: {a: 1}}", "{moveCollection: shop.history, toShard: b}" })
	void knowsWhatItWritesTo(String command) {
		assertThat(TestChanges.of("adminCommand: {up: %s}".formatted(command))
			.writing("shop", new MongoNamespace("shop", "history"))).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "command", "adminCommand" })
	void showsNoPassword(String kind) {
		ChangeSet changes = TestChanges.of(CREATE_USER.formatted(kind));
		assertThat(List.of(changes.changes().get(0).summary(), changes.changes().get(0).reverse().text(),
				changes.toJson(), changes.plan(this.mongo.database(), true).toString()))
			.noneMatch((text) -> text.contains("hunter"))
			.allMatch((text) -> text.contains("app"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "pwd: 84721934|\"pwd\": \"***\"", "apiKey: s8472|\"apiKey\": \"***\"",
					"accessKey: s8472|\"accessKey\": \"***\"", "privateKey: [s8472]|\"privateKey\": \"***\"",
					"to: 'mongodb://ann:p@s8472@db/gems'|\"to\": \"mongodb://***@db/gems\"" })
	void masksWhatMayBeASecret(String secret, String masked) {
		ChangeSet changes = TestChanges.of("command: {up: {%s}}".formatted(secret));
		assertThat(changes.toJson()).contains(masked).doesNotContain("8472");
		assertThat(changes.changes().get(0).summary()).doesNotContain("8472");
	}

	@ParameterizedTest
	@ValueSource(strings = { "digestPassword: true", "indexes: [{key: {token: 1}, name: by_token}]",
			"up: 'https://db:27017/a@b'", "up: 'https://ann@db'" })
	void masksNothingElse(String command) {
		ChangeSet changes = TestChanges.of("command: {up: {%s}}".formatted(command));
		assertThat(changes.toJson()).doesNotContain("***");
	}

	@Test
	@RequiresReplicaSet("setParameter")
	void storesNoPasswordAndIsUndoneWhenItIsAnotherOne() {
		String command = "adminCommand: {up: {ping: 1, pwd: '%s'}, down: {ping: 1, pwd: '%1$s'}, idempotent: true}";
		TestContext.on(this.mongo).up(TestChanges.of(command.formatted("hunter1")));
		assertThat(this.mongo.collection("migration_preimage").find()).extracting(Document::toJson)
			.isNotEmpty()
			.noneMatch((stored) -> stored.contains("hunter"));
		ChangeSet another = TestChanges.of(command.formatted("hunter2"));
		TestContext.on(this.mongo).up(another);
		assertThat(TestContext.on(this.mongo).down(another).conflicts()).isZero();
	}

	@Test
	void anotherPasswordMakesNoOtherMigration() {
		ChangeSet changes = TestChanges.of(CREATE_USER.formatted("adminCommand"));
		ChangeSet rotated = TestChanges.of(CREATE_USER.formatted("adminCommand").replace("hunter2", "hunter3"));
		ChangeSet renamed = TestChanges.of(CREATE_USER.formatted("adminCommand").replace("app", "web"));
		assertThat(rotated.checksum()).isEqualTo(changes.checksum());
		assertThat(renamed.checksum()).isNotEqualTo(changes.checksum());
	}

}
