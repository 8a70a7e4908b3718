package io.gemforce.migrations.postgres;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many statements it takes to look at a store.
 */
@ExtendWith(TestDatabases.class)
class StatementCountTests {

	private final TestStore store;

	private FlywayMigrationStore running;

	StatementCountTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder);
	}

	@BeforeEach
	void migrate() {
		for (int version = 1; version <= 50; version++) {
			this.store.migration("V%d__step.sql".formatted(version), "SELECT 1;");
		}
		this.store.migrate();
		this.running = this.store.start();
		this.running.validate();
		this.store.sent().clear();
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void nothingNewIsSeenByOneStatement() {
		assertThat(this.running.validate().entries()).hasSize(50);
		assertThat(this.store.sent()).hasSize(1);
	}

	@Test
	void aSnapshotTakesThreeStatements() {
		List<MigrationEntry> entries = this.running.validate().entries();
		this.running.lock();
		this.running.executions(entries.subList(49, 50));
		assertThat(this.store.sent()).hasSize(3);
	}

	@Test
	void theAttemptsOfAPageAreOneStatement() {
		List<MigrationEntry> entries = this.running.validate().entries();
		this.store.sent().clear();
		assertThat(this.running.executions(entries)).hasSize(50);
		assertThat(this.store.sent()).hasSize(1);
	}

	@Test
	void aPageOfWhatOnlyFlywayHasRecordedIsOneStatement() {
		this.store.client().sql("DROP TABLE migration_log").update();
		List<MigrationEntry> entries = this.running.validate().entries();
		this.store.sent().clear();
		assertThat(this.running.executions(entries)).hasSize(50);
		assertThat(this.store.sent()).hasSizeLessThanOrEqualTo(2);
	}

	@Test
	void aTableThatWasDroppedIsNotLookedForInVain() {
		this.store.client().sql("DROP TABLE migration_log, flyway_schema_history").update();
		assertThat(this.running.validate().entries()).extracting(MigrationEntry::state)
			.containsOnly(MigrationState.PENDING);
	}

	@Test
	void aMigrationOfAnotherInstanceIsSeen() {
		this.store.migration("V51__step.sql", "SELECT 1;").migrate();
		assertThat(this.running.validate().entries()).hasSize(51);
	}

}
