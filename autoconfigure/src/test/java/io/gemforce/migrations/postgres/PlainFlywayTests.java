package io.gemforce.migrations.postgres;

import java.nio.file.Path;
import java.util.Arrays;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a Flyway that knows nothing of this library makes of a history that has undos.
 */
@ExtendWith(TestDatabases.class)
class PlainFlywayTests {

	private final TestStore store;

	PlainFlywayTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id bigint);")
			.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.undo("U2__drop_b.sql", "DROP TABLE b;");
		this.store.migrate();
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void takesWhatWasUndoneForDeletedAndPending() {
		this.store.rollBackTo("1");
		Flyway flyway = this.store.plainFlyway();
		assertThat(states(flyway)).containsExactly("1 SUCCESS", "2 DELETED", "2 PENDING");
		assertThat(flyway.info().current().getVersion()).hasToString("1");
		assertThatExceptionOfType(FlywayException.class).isThrownBy(flyway::validate)
			.withMessageContaining("Detected resolved migration not applied to database: 2");
		assertThat(flyway.migrate().migrationsExecuted).isOne();
		flyway.validate();
		assertThat(states(flyway)).containsExactly("1 SUCCESS", "2 DELETED", "2 SUCCESS");
	}

	@Test
	void isNotHeldUpByAnUndoThatFailed() {
		this.store.undo("U2__drop_b.sql", "SELECT 1 / 0;").undo("U2__drop_b.sql.conf", "executeInTransaction=false");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"));
		this.store.migration("V3__c.sql", "CREATE TABLE c (id bigint);");
		Flyway flyway = this.store.plainFlyway();
		assertThat(flyway.migrate().migrationsExecuted).isOne();
		flyway.validate();
	}

	@Test
	void doesNotMindTheOlderBuild() {
		this.store.rollBackTo("1");
		this.store.without("V2__b.sql");
		Flyway flyway = this.store.plainFlyway();
		flyway.validate();
		assertThat(flyway.migrate().migrationsExecuted).isZero();
	}

	private static String[] states(Flyway flyway) {
		return Arrays.stream(flyway.info().all())
			.map((info) -> "%s %s".formatted(info.getVersion(), info.getState().name()))
			.toArray(String[]::new);
	}

}
