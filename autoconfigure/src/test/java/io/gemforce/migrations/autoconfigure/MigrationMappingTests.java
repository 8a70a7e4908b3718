package io.gemforce.migrations.autoconfigure;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoRepositoriesAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.convert.converter.Converter;
import org.springframework.data.annotation.Id;
import org.springframework.data.annotation.LastModifiedDate;
import org.springframework.data.annotation.TypeAlias;
import org.springframework.data.mapping.model.SnakeCaseFieldNamingStrategy;
import org.springframework.data.mongodb.config.EnableMongoAuditing;
import org.springframework.data.mongodb.core.MongoOperations;
import org.springframework.data.mongodb.core.convert.DefaultMongoTypeMapper;
import org.springframework.data.mongodb.core.convert.MappingMongoConverter;
import org.springframework.data.mongodb.core.convert.MongoCustomConversions;
import org.springframework.data.mongodb.core.convert.NoOpDbRefResolver;
import org.springframework.data.mongodb.core.index.Indexed;
import org.springframework.data.mongodb.core.mapping.MongoMappingContext;
import org.springframework.data.mongodb.core.mapping.event.AbstractMongoEventListener;
import org.springframework.data.mongodb.core.mapping.event.BeforeConvertCallback;
import org.springframework.data.mongodb.core.mapping.event.BeforeSaveEvent;
import org.springframework.data.mongodb.repository.MongoRepository;
import org.springframework.data.mongodb.repository.config.EnableMongoRepositories;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the promise that a migration's template maps as the application's does.
 */
@ExtendWith(TestDatabases.class)
class MigrationMappingTests {

	private final MongoTestDatabase mongo;

	MigrationMappingTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void documentOfASubclassKeepsWhatOnlyTheSubclassHas() {
		Document gold = new Document("_id", 1).append("name", "nugget").append("carat", 24).append("_class", "gold");
		this.mongo.collection("stones").insertOne(gold);
		run(service((mongo) -> mongo.template().findAll(Stone.class).forEach(mongo.template()::save))
			.withUserConfiguration(Stones.class), (context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.mongo.collection("stones").find().first()).isEqualTo(gold);
			});
	}

	@Test
	void subclassThatOnlyARepositoryNamesIsKnown() {
		Document ruby = new Document("_id", 1).append("name", "nugget").append("clarity", 3).append("_class", "ruby");
		this.mongo.collection("stones").insertOne(ruby);
		List<Boolean> early = new ArrayList<>();
		run(service((mongo) -> mongo.template().findAll(Stone.class).forEach(mongo.template()::save))
			.withConfiguration(AutoConfigurations.of(DataMongoRepositoriesAutoConfiguration.class))
			.withBean("early", MongoMigration.class, () -> new Second(early))
			.withUserConfiguration(Repositories.class), (context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.mongo.collection("stones").find().first()).isEqualTo(ruby);
				assertThat(early).as("repositories that were made before the migrations").containsExactly(false);
			});
	}

	@Test
	void settingsOfTheApplicationsConverterAreTakenOver() {
		run(service((mongo) -> mongo.template().insert(new Labelled(1, Map.of("a.b", new Money(5)), new Money(7))))
			.withUserConfiguration(UsersConverter.class), (context) -> {
				assertThat(context).hasNotFailed();
				Labelled saved = new Labelled(2, Map.of("a.b", new Money(5)), new Money(7));
				context.getBean(MongoOperations.class).insert(saved);
				Document application = this.mongo.collection("labelled").find(new Document("_id", 2)).first();
				assertThat(application).containsEntry("price_labels", new Document("a~b", "5 EUR"))
					.doesNotContainKey("_class");
				assertThat(this.mongo.collection("labelled").find(new Document("_id", 1)).first())
					.isEqualTo(application.append("_id", 1));
			});
	}

	@Test
	void converterWithCodeOfItsOwnIsRefused() {
		run(service((mongo) -> mongo.template().insert(new Labelled(1, Map.of(), new Money(1))))
			.withBean(MappingMongoConverter.class, () -> new OwnConverter(new MongoMappingContext())), (context) -> {
				assertThat(StartFailure.of(context).description()).contains(
						"MongoMigrationContext.template() cannot map as the application does",
						OwnConverter.class.getName(), "Use collection() or database() instead");
				assertThat(this.mongo.collection("labelled").countDocuments()).isZero();
			});
	}

	@Test
	void classThatOnlyAMigrationKnowsGetsNoIndexAndStaysUnknown() {
		run(service((mongo) -> mongo.template().insert(new Passing(1, "a")))
			.withPropertyValues("spring.data.mongodb.auto-index-creation=true"), (context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.mongo.collection("passing").countDocuments()).isOne();
				assertThat(this.mongo.collection("passing").listIndexes()).hasSize(1);
				assertThat(context.getBean(MongoMappingContext.class).hasPersistentEntityFor(Passing.class)).isFalse();
			});
	}

	@Test
	void entityCallbacksListenersAndAuditingTakePart() {
		run(service((mongo) -> {
			mongo.template().insert(new Audited(1));
			mongo.template().insert(new Document("_id", 2), "audited");
		}).withUserConfiguration(Callbacks.class), (context) -> {
			assertThat(context).hasNotFailed();
			Document saved = this.mongo.collection("audited").find(new Document("_id", 1)).first();
			assertThat(saved).containsEntry("from", "callback").containsEntry("heard", true).containsKey("changedAt");
			assertThat(this.mongo.collection("audited").find(new Document("_id", 2)).first())
				.isEqualTo(new Document("_id", 2));
		});
	}

	@Test
	void listenerThatWaitsForTheMigrationsIsInTheWayOfItsClassesOnly() {
		run(service((mongo) -> mongo.template().insert(new Document("_id", 2), "audited"))
			.withUserConfiguration(WaitingListener.class), (context) -> assertThat(context).hasNotFailed());
		this.mongo.database().drop();
		run(service((mongo) -> mongo.template().insert(new Audited(1))).withUserConfiguration(WaitingListener.class),
				(context) -> assertThat(StartFailure.of(context).description())
					.contains("template() cannot tell the application's listeners", "waitingListener"));
		assertThat(this.mongo.collection("audited").countDocuments()).isZero();
	}

	private ApplicationContextRunner service(Work work) {
		return TestContexts.with(this.mongo).withBean("first", MongoMigration.class, () -> new First(work));
	}

	private static void run(ApplicationContextRunner service, ContextConsumer<AssertableApplicationContext> check) {
		service.run(check);
	}

	/**
	 * What a migration does.
	 */
	interface Work {

		void on(MongoMigrationContext mongo);

	}

	@Migration(version = "1", description = "use the template", transaction = TransactionMode.NEVER, checksum = "1")
	record First(Work work) implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			this.work.on(mongo);
		}

	}

	/**
	 * Remembers what was there before the repositories.
	 *
	 * @param early whether there was one
	 */
	@Migration(version = "2", description = "look for repositories", transaction = TransactionMode.NEVER,
			checksum = "1")
	record Second(List<Boolean> early) implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			this.early.add(RubyRepositoryUser.made);
		}

	}

	@org.springframework.data.mongodb.core.mapping.Document("stones")
	static class Stone {

		@Id
		int id;

		String name;

	}

	@org.springframework.data.mongodb.core.mapping.Document("stones")
	@TypeAlias("gold")
	static class Gold extends Stone {

		int carat;

	}

	@TypeAlias("ruby")
	static class Ruby extends Stone {

		int clarity;

	}

	interface RubyRepository extends MongoRepository<Ruby, Integer> {

	}

	static class RubyRepositoryUser {

		static boolean made;

		RubyRepositoryUser(RubyRepository repository) {
			made = true;
		}

	}

	@org.springframework.data.mongodb.core.mapping.Document("labelled")
	record Labelled(@Id int id, Map<String, Money> priceLabels, Money mainPrice) {

	}

	record Money(int euros) {

	}

	@org.springframework.data.mongodb.core.mapping.Document("passing")
	record Passing(@Id int id, @Indexed String name) {

	}

	@org.springframework.data.mongodb.core.mapping.Document("audited")
	static class Audited {

		@Id
		int id;

		String from;

		@LastModifiedDate
		Instant changedAt;

		Audited(int id) {
			this.id = id;
		}

	}

	static class OwnConverter extends MappingMongoConverter {

		OwnConverter(MongoMappingContext context) {
			super(NoOpDbRefResolver.INSTANCE, context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Stones {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMongoRepositories(considerNestedRepositories = true,
			includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE, classes = RubyRepository.class))
	static class Repositories {

		Repositories() {
			RubyRepositoryUser.made = false;
		}

		@Bean
		static RubyRepositoryUser aRubyRepositoryUser(RubyRepository repository) {
			return new RubyRepositoryUser(repository);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersConverter {

		@Bean
		MappingMongoConverter usersConverter() {
			MongoCustomConversions conversions = new MongoCustomConversions(List.of(new Converter<Money, String>() {

				@Override
				public String convert(Money money) {
					return money.euros() + " EUR";
				}

			}));
			MongoMappingContext context = new MongoMappingContext();
			context.setFieldNamingStrategy(new SnakeCaseFieldNamingStrategy());
			context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
			MappingMongoConverter converter = new MappingMongoConverter(NoOpDbRefResolver.INSTANCE, context);
			converter.setCustomConversions(conversions);
			converter.setTypeMapper(new DefaultMongoTypeMapper(null));
			converter.setMapKeyDotReplacement("~");
			return converter;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMongoAuditing
	static class Callbacks {

		@Bean
		BeforeConvertCallback<Audited> audited() {
			return (entity, collection) -> {
				entity.from = "callback";
				return entity;
			};
		}

		@Bean
		AbstractMongoEventListener<Audited> listener() {
			return new AbstractMongoEventListener<>() {

				@Override
				public void onBeforeSave(BeforeSaveEvent<Audited> event) {
					event.getDocument().append("heard", true);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WaitingListener {

		@Bean
		AbstractMongoEventListener<Audited> waitingListener(MongoOperations template) {
			return new AbstractMongoEventListener<>() {
			};
		}

	}

}
