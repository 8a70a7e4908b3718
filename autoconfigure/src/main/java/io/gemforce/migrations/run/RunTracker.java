package io.gemforce.migrations.run;

import java.time.Clock;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * What this process is at work on in each store.
 */
final class RunTracker {

	private final Map<StoreName, ActiveRun> runs = new ConcurrentHashMap<>();

	private final Clock clock;

	RunTracker(Clock clock) {
		this.clock = clock;
	}

	<T> T execute(MigrationRun run, StoreName store, Function<Consumer<String>, T> work) {
		this.runs.put(store, ActiveRun.begin(run, store, this.clock.instant()));
		Throwable failure = null;
		T done = null;
		try {
			done = work.apply((id) -> this.runs.computeIfPresent(store, (name, active) -> active.at(id)));
			return done;
		}
		catch (RuntimeException | Error ex) {
			failure = ex;
			throw ex;
		}
		finally {
			end(store, (done instanceof StoreResult result) ? result : null, failure);
		}
	}

	private void end(StoreName store, @Nullable StoreResult result, @Nullable Throwable failure) {
		ActiveRun.End end = new ActiveRun.End(this.clock.instant(), result, failure);
		this.runs.computeIfPresent(store, (name, active) -> active.end(end));
	}

	Optional<ActiveRun> running(StoreName store) {
		return Optional.ofNullable(this.runs.get(store)).filter(ActiveRun::isRunning);
	}

	// What is running, else what ended last
	Optional<ActiveRun> newest() {
		return this.runs.values()
			.stream()
			.max(Comparator.comparing(ActiveRun::isRunning).thenComparing(ActiveRun::changedAt));
	}

}
