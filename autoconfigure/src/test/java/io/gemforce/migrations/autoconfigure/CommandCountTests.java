package io.gemforce.migrations.autoconfigure;

import java.util.List;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts what is sent to MongoDB.
 */
@ExtendWith(TestDatabases.class)
@RequiresReplicaSet("transactions, so that the commands are those of production")
class CommandCountTests {

	private final SentCommands sent = new SentCommands();

	private final MongoTestDatabase mongo;

	private final ApplicationContextRunner contextRunner;

	CommandCountTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.contextRunner = TestContexts.with(mongo).withUserConfiguration(GemMigrations.class);
	}

	@Test
	void nothingToDoIsOneCommandAndNoWrite() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		listening().run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.sent.names()).containsExactly("find");
		});
	}

	@Test
	void validatingAnUpToDateStoreIsOneCommand() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		listening().withPropertyValues("gemforce.migrations.mode=validate").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.sent.names()).containsExactly("find");
		});
	}

	@Test
	void planningAnUpToDateStoreIsOneCommandForStepsAndProblems() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		listening().run((context) -> {
			List<String> start = this.sent.names();
			context.getBean(Migrations.class).plan(List.of(StoreName.MONGO), false);
			assertThat(this.sent.names()).hasSize(start.size() + 1).endsWith("find");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "migrate", "validate", "wait", "observe" })
	void besidePostgresNothingToDoIsOneCommand(String mode, PostgresTestDatabase postgres) {
		ApplicationContextRunner both = TestContexts.with(this.mongo, postgres)
			.withUserConfiguration(GemMigrations.class);
		both.run((context) -> assertThat(context).hasNotFailed());
		both.withBean(MongoClientSettingsBuilderCustomizer.class, this.sent::customizer)
			.withPropertyValues("gemforce.migrations.mode=" + mode)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.sent.names()).containsExactly("find");
			});
	}

	@Test
	void disabledIsNoCommand() {
		listening().withPropertyValues("gemforce.migrations.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.sent.names()).isEmpty();
		});
	}

	@Test
	void firstStartWithTwoMigrationsIsTwelveCommandsAtTheMost() {
		listening().run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.sent.names()).containsExactly("find", "findAndModify", "find", "insert", "insert", "update",
					"commitTransaction", "insert", "update", "update", "commitTransaction", "update");
		});
	}

	@Test
	void firstStartWithTwoMigrationsWithoutTransactionsIsNineCommandsAtTheMost() {
		TestContexts.with(this.mongo)
			.withUserConfiguration(PlainMigrations.class)
			.withBean(MongoClientSettingsBuilderCustomizer.class, this.sent::customizer)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.sent.names()).containsExactly("find", "findAndModify", "find", "insert", "insert",
						"update", "insert", "update", "update");
			});
	}

	@Test
	void readsAndWritesOfTheRunnerAreMajority() {
		listening().run((context) -> assertThat(this.sent.commands()).allSatisfy((command) -> {
			String concern = command.getFirstKey().equals("find") ? "readConcern" : "writeConcern";
			boolean inTransaction = command.containsKey("autocommit");
			if (!inTransaction || command.getFirstKey().equals("commitTransaction")) {
				assertThat(command.getDocument(concern, new BsonDocument()).values())
					.contains(new BsonString("majority"));
			}
		}));
	}

	private ApplicationContextRunner listening() {
		return this.contextRunner.withBean(MongoClientSettingsBuilderCustomizer.class, this.sent::customizer);
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class PlainMigrations {

		@Migration(version = "1", description = "create gem", transaction = TransactionMode.NEVER)
		static class CreateGem implements MongoMigration {

			@Override
			public void up(MongoMigrationContext mongo) {
				mongo.collection("gems").insertOne(new Document("_id", "ruby"));
			}

		}

		@Migration(version = "2", description = "create another gem", transaction = TransactionMode.NEVER)
		static class CreateAnotherGem implements MongoMigration {

			@Override
			public void up(MongoMigrationContext mongo) {
				mongo.collection("gems").insertOne(new Document("_id", "opal"));
			}

		}

	}

}
