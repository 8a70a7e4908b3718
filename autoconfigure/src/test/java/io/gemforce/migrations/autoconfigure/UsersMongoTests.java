package io.gemforce.migrations.autoconfigure;

import java.util.List;

import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.data.mongodb.core.MongoOperations;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;
import org.springframework.data.mongodb.core.convert.MappingMongoConverter;
import org.springframework.data.mongodb.core.convert.MongoConverter;
import org.springframework.data.mongodb.core.convert.NoOpDbRefResolver;
import org.springframework.data.mongodb.core.mapping.MongoMappingContext;
import org.springframework.data.mongodb.gridfs.GridFsOperations;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionManager;

import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoChanges;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for templates, factories and clients of the user's own.
 */
@ExtendWith(TestDatabases.class)
class UsersMongoTests {

	private final MongoTestDatabase mongo;

	private final ApplicationContextRunner contextRunner;

	UsersMongoTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.contextRunner = TestContexts.with(mongo).withUserConfiguration(GemMigrations.class);
	}

	@Test
	void usersTemplateWaitsAndStaysAsItIs() {
		this.contextRunner.withUserConfiguration(UsersTemplate.class).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(MongoOperations.class);
			assertThat(dependsOn(context.getBeanFactory().getBeanDefinition("usersTemplate").getDependsOn()))
				.contains(MongoMigrationInitializer.BEAN_NAME);
			assertThat(
					context.getBean(MongoTemplate.class).getMongoDatabaseFactory().getMongoDatabase().getWriteConcern())
				.isNotEqualTo(WriteConcern.MAJORITY);
		});
	}

	@Test
	void everyKindOfTemplateWaits() {
		this.contextRunner.run((context) -> {
			for (Class<?> type : List.of(MongoOperations.class, GridFsOperations.class)) {
				String name = context.getBeanNamesForType(type)[0];
				assertThat(dependsOn(context.getBeanFactory().getBeanDefinition(name).getDependsOn()))
					.contains(MongoMigrationInitializer.BEAN_NAME);
			}
		});
	}

	@Test
	void publishesNoTransactionManagerAndNoTemplate(PostgresTestDatabase postgres) {
		TestContexts.with(this.mongo, postgres)
			.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class,
					TransactionAutoConfiguration.class))
			.withUserConfiguration(GemMigrations.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(MongoTemplate.class);
				assertThat(context).getBean(TransactionManager.class).isInstanceOf(JdbcTransactionManager.class);
			});
	}

	@Test
	void usersFactoryWithoutAClientBeanIsEnough() {
		TestContexts.with(this.mongo)
			.withUserConfiguration(GemMigrations.class)
			.withBean(MongoDatabaseFactory.class, () -> new SimpleMongoClientDatabaseFactory(this.mongo.uri()))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(MongoClient.class);
				assertThat(this.mongo.history().countDocuments()).isEqualTo(2);
			});
	}

	@Test
	void ofSeveralFactoriesThePrimaryOneIsMigrated() {
		this.contextRunner.withUserConfiguration(SeveralFactories.class)
			.withBean("primaryFactory", MongoDatabaseFactory.class,
					() -> new SimpleMongoClientDatabaseFactory(this.mongo.uri()),
					(definition) -> definition.setPrimary(true))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.mongo.history().countDocuments()).isEqualTo(2);
			});
	}

	@Test
	void severalFactoriesWithoutAPrimaryOne() {
		this.contextRunner.withUserConfiguration(SeveralFactories.class, NoTemplate.class)
			.withBean("secondFactory", MongoDatabaseFactory.class,
					() -> new SimpleMongoClientDatabaseFactory(this.mongo.uri()))
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.AMBIGUOUS_BEAN);
				assertThat(failure.description()).contains("2 beans of type MongoDatabaseFactory", "firstFactory",
						"secondFactory", "Database state: unchanged");
				assertThat(failure.action()).contains("Mark the one to migrate with @Primary");
			});
	}

	@Test
	void severalClientsWithoutAPrimaryOne() {
		this.contextRunner.withUserConfiguration(SeveralClients.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.AMBIGUOUS_BEAN);
			assertThat(failure.description()).contains("CreateGem", "NameGem", "firstClient", "secondClient");
			assertThat(failure.action()).contains("@Primary");
		});
	}

	@Test
	void filesAndDeclaredBeansAreNotPassedOverWithoutADatabase() {
		TestContexts.with(this.mongo)
			.withUserConfiguration(SeveralClients.class, SeveralTemplates.class)
			.withBean(DeclaredGem.class, DeclaredGem::new)
			.withPropertyValues("gemforce.migrations.mongo.locations=classpath:db/gems-mongo")
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.AMBIGUOUS_BEAN);
				assertThat(failure.description()).contains("There are 2 MongoDB migrations", "DeclaredGem",
						"V1__rename.yaml", "firstClient", "secondClient");
			});
	}

	@Test
	void noMigrationsNeedNoDatabase() {
		TestContexts.with(this.mongo)
			.withUserConfiguration(SeveralClients.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void handMadeTemplateIsNotPassedOverForADatabaseThatNobodyNamed() {
		TestContexts.bare()
			.withConfiguration(AutoConfigurations.of(MongoAutoConfiguration.class, DataMongoAutoConfiguration.class))
			.withUserConfiguration(GemMigrations.class, HandMadeTemplate.class)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.AMBIGUOUS_BEAN);
				assertThat(failure.description()).contains(
						"would be migrated in database 'test', which is only the default", "bean 'handMade'",
						"Database state: unchanged");
				assertThat(failure.action()).contains("Set spring.mongodb.database");
			});
	}

	@Test
	void templateOfAnotherDatabaseIsRefusedByBothNames() {
		this.contextRunner.withUserConfiguration(HandMadeTemplate.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.AMBIGUOUS_BEAN);
			assertThat(failure.description()).contains("Store 'mongo' is database '%s'".formatted(this.mongo.name()),
					"bean 'handMade' works in database 'my_database'");
			assertThat(failure.action()).contains("spring.mongodb.database=my_database");
		});
	}

	@Test
	void handMadeTemplateOfTheSameDatabaseIsFine() {
		this.contextRunner.withUserConfiguration(HandMadeTemplate.class)
			.withPropertyValues("database=" + this.mongo.name())
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void startNamesTheDatabase(CapturedOutput output) {
		this.contextRunner.run((context) -> assertThat(output)
			.contains("migrations: mongo is database '%s'".formatted(this.mongo.name())));
	}

	@Test
	void migrationsUseTheDatabaseOfTheFactory() {
		this.contextRunner.run((context) -> {
			assertThat(this.mongo.collection("gems").find().first())
				.isEqualTo(new Document("_id", "ruby").append("name", "migrated"));
			assertThat(context.getBean(Migrations.class).snapshot(StoreName.MONGO)).get()
				.satisfies((snapshot) -> assertThat(snapshot.status()).isEqualTo(StoreStatus.UP_TO_DATE));
		});
	}

	private static List<String> dependsOn(String[] names) {
		return (names != null) ? List.of(names) : List.of();
	}

	@Configuration(proxyBeanMethods = false)
	static class UsersTemplate {

		@Bean
		MongoTemplate usersTemplate(MongoDatabaseFactory factory, MongoConverter converter) {
			return new MongoTemplate(factory, converter);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralFactories {

		@Bean
		MongoDatabaseFactory firstFactory() {
			return new SimpleMongoClientDatabaseFactory("mongodb://localhost:1/elsewhere");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoTemplate {

		@Bean
		@Primary
		MongoConverter converter() {
			return new MappingMongoConverter(NoOpDbRefResolver.INSTANCE, new MongoMappingContext());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HandMadeTemplate {

		@Bean
		MongoTemplate handMade(MongoClient client, @Value("${database:my_database}") String database) {
			return new MongoTemplate(client, database);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralTemplates {

		@Bean
		MongoTemplate firstTemplate(@Qualifier("firstClient") MongoClient client) {
			return new MongoTemplate(client, "first");
		}

		@Bean
		MongoTemplate secondTemplate(@Qualifier("secondClient") MongoClient client) {
			return new MongoTemplate(client, "second");
		}

	}

	@Migration(version = "2", description = "declared")
	static class DeclaredGem implements DeclaredMongoMigration {

		@Override
		public void changes(MongoChanges changes) {
			changes.renameField("gems", "a", "b");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralClients {

		@Bean
		MongoClient firstClient() {
			return MongoClients.create("mongodb://localhost:1");
		}

		@Bean
		MongoClient secondClient() {
			return MongoClients.create("mongodb://localhost:2");
		}

	}

}
