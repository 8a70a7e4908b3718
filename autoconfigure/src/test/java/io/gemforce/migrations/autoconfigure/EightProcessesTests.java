package io.gemforce.migrations.autoconfigure;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

import org.bson.Document;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Eight processes that start together on empty databases apply each migration exactly
 * once in both stores. Two rounds, unless {@code -Deight.rounds} says otherwise.
 */
@ExtendWith(TestDatabases.class)
class EightProcessesTests {

	static IntStream rounds() {
		return IntStream.rangeClosed(1, Integer.getInteger("eight.rounds", 2));
	}

	@ParameterizedTest(name = "round {0}")
	@MethodSource("rounds")
	void applyEachMigrationOnce(int round, MongoTestDatabase mongo, PostgresTestDatabase postgres) {
		List<ChildProcess> services = IntStream.range(0, 8)
			.mapToObj((number) -> ChildProcess.start(GemService.class, "--spring.mongodb.uri=" + mongo.uri(),
					"--spring.datasource.url=" + postgres.url(), "--spring.datasource.username=" + postgres.user(),
					"--spring.flyway.locations=classpath:db/eight", "--spring.application.name=gems",
					"--spring.main.banner-mode=off"))
			.toList();
		try {
			services.forEach((service) -> service.await(ChildProcess.READY));
			services.forEach(ChildProcess::go);
			assertThat(services).allSatisfy((service) -> assertThat(service.exitCode()).as(service.output()).isZero());
		}
		finally {
			services.forEach(ChildProcess::close);
		}
		assertThat(versions(mongo.collection("execution").find())).containsExactly("1", "2", "3");
		assertThat(mongo.history().find()).allSatisfy((row) -> assertThat(row).containsEntry("state", "APPLIED"));
		assertThat(versions(mongo.history().find())).containsExactly("1", "2", "3");
		assertThat(mongo.lock().find().first()).containsEntry("owner", null);
		assertThat(column(postgres, "SELECT version FROM execution")).containsExactly("1", "2", "3");
		assertThat(column(postgres, "SELECT version || ' ' || state FROM migration_log ORDER BY rank"))
			.containsExactly("1 APPLIED", "2 APPLIED", "3 APPLIED");
		assertThat(column(postgres, "SELECT version FROM flyway_schema_history ORDER BY installed_rank"))
			.containsExactly("1", "2", "3");
	}

	private static List<String> versions(Iterable<Document> documents) {
		return StreamSupport.stream(documents.spliterator(), false)
			.map((document) -> document.getString("version"))
			.toList();
	}

	private static List<String> column(PostgresTestDatabase postgres, String sql) {
		return postgres.client().sql(sql).query(String.class).list();
	}

}
