package io.gemforce.migrations.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.data.mongodb.core.convert.MappingMongoConverter;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.context.MongoRuntimeHints;
import io.gemforce.migrations.report.RehearsalReport;
import io.gemforce.migrations.report.StatusReport;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for processing ahead of time.
 */
@ExtendWith(TestDatabases.class)
class AotTests {

	@Test
	void processingRunsNoMigration(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder)
			throws Exception {
		AbstractAotProcessor.Settings settings = AbstractAotProcessor.Settings.builder()
			.sourceOutput(folder.resolve("sources"))
			.resourceOutput(folder.resolve("resources"))
			.classOutput(folder.resolve("classes"))
			.groupId("com.example")
			.artifactId("gems")
			.build();
		new SpringApplicationAotProcessor(TwoStoreService.class, settings,
				new String[] { "--spring.mongodb.uri=" + mongo.uri(), "--spring.datasource.url=" + postgres.url(),
						"--spring.datasource.username=" + postgres.user(),
						"--spring.flyway.locations=classpath:db/gems", "--spring.main.web-application-type=none" })
			.process();
		assertThat(mongo.database().listCollectionNames()).isEmpty();
		assertThat(postgres.client()
			.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
			.query(String.class)
			.list()).isEmpty();
		assertThat(generated(folder.resolve("sources"))).contains("MigrationsAutoConfiguration__BeanDefinitions.java",
				"MongoMigrationsAutoConfiguration__BeanDefinitions.java",
				"PostgresMigrationsAutoConfiguration__BeanDefinitions.java");
		assertThat(Files
			.readString(folder.resolve("resources/META-INF/native-image/com.example/gems/reachability-metadata.json")))
			.contains("db\\/mongo\\/**", StatusReport.class.getName(), MongoCursor.class.getName());
	}

	private static List<String> generated(Path sources) throws Exception {
		try (Stream<Path> files = Files.walk(sources)) {
			return files.map((file) -> file.getFileName().toString()).toList();
		}
	}

	@Test
	void hintsNameEveryProxyThatMigrationsGet(MongoTestDatabase mongo) {
		RuntimeHints hints = new RuntimeHints();
		new MongoRuntimeHints().registerHints(hints, getClass().getClassLoader());
		Set<Class<?>> seen = new HashSet<>();
		TestContexts.with(mongo)
			.withBean(Touching.class, () -> new Touching(seen))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(seen).hasSizeGreaterThan(5)
			.allSatisfy((proxy) -> assertThat(RuntimeHintsPredicates.proxies().forInterfaces(proxy.getInterfaces()))
				.accepts(hints));
		assertThat(RuntimeHintsPredicates.reflection().onType(MappingMongoConverter.class)).accepts(hints);
	}

	@Test
	void hintsNameTheMigrationsAndWhatIsWritten() {
		RuntimeHints hints = new RuntimeHints();
		new MigrationsRuntimeHints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.resource().forResource("db/mongo/V1__index.yaml")).accepts(hints);
		assertThat(RuntimeHintsPredicates.resource().forResource("db/undo/2026/U1__gem.sql")).accepts(hints);
		assertThat(RuntimeHintsPredicates.resource().forResource("META-INF/gemforce-migrations/changes.schema.json"))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(StatusReport.Store.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(RehearsalReport.class)).accepts(hints);
	}

	/**
	 * Uses what a migration gets.
	 *
	 * @param seen the classes of what it got
	 */
	@Migration(version = "1", description = "touch", transaction = TransactionMode.NEVER, checksum = "1")
	record Touching(Set<Class<?>> seen) implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			MongoCollection<Document> gems = mongo.collection("gems");
			Stream
				.of(mongo.database(), gems, gems.find(), gems.find().cursor(), gems.find().map(Document::toJson),
						gems.aggregate(List.of()), gems.distinct("name", String.class), gems.listIndexes(),
						mongo.database().listCollections(), mongo.database().listCollectionNames())
				.map(Object::getClass)
				.forEach(this.seen::add);
		}

	}

}
