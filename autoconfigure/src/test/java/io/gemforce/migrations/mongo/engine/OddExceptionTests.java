package io.gemforce.migrations.mongo.engine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.bson.Document;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for exceptions of migrations that are not as exceptions should be.
 */
@ExtendWith(TestDatabases.class)
class OddExceptionTests {

	private static final int SHORT = 100_000;

	private final MongoTestDatabase mongo;

	OddExceptionTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	static Stream<Arguments> exceptions() {
		return Stream.of(arguments("causes in a circle", OddExceptionTests::circular, "outer"),
				arguments("no message to be had", Unreadable::new, "its message cannot be read"),
				arguments("a message of 5 MB", () -> new IllegalStateException("a".repeat(5_000_000)),
						"5000000 characters"),
				arguments("a cause with a message of 5 MB",
						() -> new IllegalStateException("outer", new IllegalStateException("a".repeat(5_000_000))),
						"outer"));
	}

	private static Arguments arguments(String name, Supplier<RuntimeException> exception, String said) {
		return Arguments.of(Named.of(name, exception), said);
	}

	private static RuntimeException circular() {
		RuntimeException outer = new IllegalStateException("outer");
		RuntimeException inner = new IllegalArgumentException("inner");
		outer.initCause(inner);
		inner.initCause(outer);
		return outer;
	}

	@ParameterizedTest
	@MethodSource("exceptions")
	void failureIsRecordedAndCanBeShown(Supplier<RuntimeException> exception, String said) {
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.of("1", (mongo) -> {
			throw exception.get();
		}).with(TransactionMode.NEVER))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.MIGRATION_FAILED);
			assertThat(ex.getMessage()).contains(said).hasSizeLessThan(SHORT);
			int depth = 0;
			for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
				assertThat(++depth).isLessThan(10);
			}
			StringWriter printed = new StringWriter();
			ex.printStackTrace(new PrintWriter(printed));
			assertThat(printed.toString()).hasSizeLessThan(2 * SHORT).contains(OddExceptionTests.class.getName());
			Document error = this.mongo.history().find().first().get("error", Document.class);
			assertThat(error.getString("type")).isEqualTo(exception.get().getClass().getName());
			assertThat(error.getString("message")).contains(said).hasSizeLessThan(SHORT);
		}
	}

	@Test
	void exceptionThatIsAsItShouldBeIsHandedOn() {
		RuntimeException plain = new IllegalStateException("outer", new IllegalArgumentException("inner"));
		plain.addSuppressed(new IllegalStateException("suppressed"));
		assertThat(Causes.harmless(plain)).isSameAs(plain);
	}

	/**
	 * An exception that says nothing.
	 */
	static class Unreadable extends RuntimeException {

		@Override
		public String getMessage() {
			throw new UnsupportedOperationException();
		}

	}

}
