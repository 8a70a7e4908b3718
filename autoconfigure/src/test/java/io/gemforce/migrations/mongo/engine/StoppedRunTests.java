package io.gemforce.migrations.mongo.engine;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StopSignal;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for a run that is told to stop between two migrations.
 */
@ExtendWith(TestDatabases.class)
class StoppedRunTests {

	private final MongoTestDatabase mongo;

	private final StopSignal stop = new StopSignal();

	StoppedRunTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void namesWhatItHasApplied() {
		assertThat(stoppedAfter(3).getDatabaseState()).isEqualTo("this run has applied 1, 2, 3");
	}

	@Test
	void doesNotNameEachOfMany() {
		assertThat(stoppedAfter(11).getDatabaseState())
			.isEqualTo("this run has applied 11 migrations, the last one is 11");
	}

	private MigrationException stoppedAfter(int count) {
		TestMigration[] migrations = IntStream.rangeClosed(1, count + 1)
			.mapToObj(
					(number) -> (number == count) ? stopping(number) : TestMigration.inserting(String.valueOf(number)))
			.toArray(TestMigration[]::new);
		try (TestRunner runner = TestRunner.on(this.mongo).stop(this.stop).with(migrations)) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN);
			assertThat(this.mongo.history().countDocuments()).isEqualTo(count);
			return ex;
		}
	}

	private TestMigration stopping(int version) {
		return TestMigration.of(String.valueOf(version), (mongo) -> this.stop.stop());
	}

}
