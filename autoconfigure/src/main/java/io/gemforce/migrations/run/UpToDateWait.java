package io.gemforce.migrations.run;

import java.time.Duration;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreLook;
import io.gemforce.migrations.store.Validation;

/**
 * Waits until another instance has applied what is pending in a store.
 */
final class UpToDateWait {

	private static final Log logger = LogFactory.getLog(Migrations.class);

	private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

	private static final Duration SAY_EVERY = Duration.ofSeconds(30);

	private final Duration timeout;

	private final ShutdownSignal stop;

	UpToDateWait(Duration timeout, ShutdownSignal stop) {
		this.timeout = timeout;
		this.stop = stop;
	}

	StoreResult await(MigrationStore store, StoreLook look) {
		long startedAt = System.nanoTime();
		long saidAt = startedAt - SAY_EVERY.toNanos();
		Validation validation = look.validate();
		while (true) {
			List<MigrationEntry> open = validation.open();
			StoreCheck.requireValid(validation);
			if (open.isEmpty()) {
				StoreCheck.logProblems(validation);
				return StoreCheck.checked(store.name(), StoreResult.Outcome.CHECKED);
			}
			long now = System.nanoTime();
			if (now - startedAt > this.timeout.toNanos()) {
				throw new MigrationException(
						Problem.error(ProblemCode.LOCK_TIMEOUT, store.name(),
								"Waited %s for another instance to apply %d migration(s) of store '%s': %s"
									.formatted(this.timeout, open.size(), store.name(), StoreCheck.abbreviate(open)),
								"See why nobody applies them, or raise gemforce.migrations.wait.timeout"),
						"unchanged, gemforce.migrations.mode=wait only reads", null);
			}
			if (now - saidAt >= SAY_EVERY.toNanos()) {
				saidAt = now;
				logger.info("Waiting for another instance to apply %d migration(s) of store '%s': %s"
					.formatted(open.size(), store.name(), StoreCheck.abbreviate(open)));
			}
			pause(store.name());
			validation = store.validate();
		}
	}

	private void pause(StoreName store) {
		try {
			this.stop.pause(LOOK_EVERY, store, "unchanged, gemforce.migrations.mode=wait only reads");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MigrationException(Problem.error(ProblemCode.LOCK_TIMEOUT, store,
					"Interrupted while waiting for another instance to migrate store '%s'".formatted(store),
					"Start again"), "unchanged, gemforce.migrations.mode=wait only reads", ex);
		}
	}

}
