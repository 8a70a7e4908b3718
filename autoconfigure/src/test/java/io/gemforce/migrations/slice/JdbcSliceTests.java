package io.gemforce.migrations.slice;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link JdbcTest @JdbcTest} is migrated, and the execution is on record.
 */
@JdbcTest
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
class JdbcSliceTests {

	private static final PostgresTestDatabase DATABASE = TestDatabases.createPostgres();

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry properties) {
		properties.add("spring.datasource.url", DATABASE::url);
		properties.add("spring.datasource.username", DATABASE::user);
		properties.add("spring.flyway.locations", () -> "classpath:db/gems");
	}

	@Test
	void seesWhatTheMigrationsHaveDone(@Autowired JdbcClient client, @Autowired Migrations migrations) {
		assertThat(
				client.sql("SELECT count(*) FROM migration_log WHERE state = 'APPLIED'").query(Integer.class).single())
			.isEqualTo(3);
		assertThat(migrations.results()).extracting(StoreResult::outcome).containsExactly(StoreResult.Outcome.APPLIED);
	}

}
