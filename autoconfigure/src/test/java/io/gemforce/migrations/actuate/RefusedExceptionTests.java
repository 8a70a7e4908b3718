package io.gemforce.migrations.actuate;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.StoreLock;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what is said when a request is refused.
 */
class RefusedExceptionTests {

	private static final StoreLock LOCK = new StoreLock(true, false, true, "gems/1.4.0@there", null, null);

	@Test
	void aLeaseIsSpokenOfOnlyWhereThereIsOne() {
		assertThat(words(StoreName.POSTGRES))
			.noneMatch((words) -> words.contains("lease") && !words.contains("release"))
			.noneMatch((words) -> words.contains("null"))
			.anyMatch((words) -> words.contains("ends its connection"));
		assertThat(words(StoreName.MONGO)).anyMatch((words) -> words.contains("its lease"));
	}

	private static Stream<String> words(StoreName store) {
		return Stream.of(RefusedException.locked(store, LOCK), RefusedException.lockAlive(store, LOCK))
			.map(RefusedException::getReport)
			.flatMap((report) -> Stream.of(report.message(), report.action()));
	}

}
