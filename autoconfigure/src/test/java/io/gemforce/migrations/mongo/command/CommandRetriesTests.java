package io.gemforce.migrations.mongo.command;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.mongodb.MongoException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CommandRetries}.
 */
class CommandRetriesTests {

	private static final MongoException OVERLOADED = new MongoException(16500,
			"Error=16500, RetryAfterMs=34, Details='Response status code does not indicate success: TooManyRequests'");

	@Test
	void pauseIsTheOneThatTheServerAsksFor() {
		assertThat(CommandRetries.pauseAfter(OVERLOADED, 1)).isEqualTo(Duration.ofMillis(34));
	}

	@Test
	void pauseIsNeverLong() {
		assertThat(CommandRetries.pauseAfter(new MongoException(16500, "RetryAfterMs=999999999"), 1))
			.isEqualTo(Duration.ofSeconds(5));
		assertThat(CommandRetries.pauseAfter(new MongoException(10107, "not primary"), 100))
			.isEqualTo(Duration.ofSeconds(5));
	}

	@Test
	void commandThatIsRefusedForTheLoadIsSentAgain() {
		AtomicInteger sent = new AtomicInteger();
		int answer = CommandRetries.unlessOverloaded(() -> {
			if (sent.incrementAndGet() < 3) {
				throw OVERLOADED;
			}
			return 42;
		});
		assertThat(answer).isEqualTo(42);
		assertThat(sent).hasValue(3);
	}

	@Test
	void otherErrorsAreNotSwallowed() {
		AtomicInteger sent = new AtomicInteger();
		assertThatExceptionOfType(MongoException.class).isThrownBy(() -> CommandRetries.unlessOverloaded(() -> {
			sent.incrementAndGet();
			throw new MongoException(10107, "not primary");
		}));
		assertThat(sent).hasValue(1);
	}

}
