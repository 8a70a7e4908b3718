package io.gemforce.migrations.postgres.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * Ends a hold, under Flyway's lock.
 */
public final class HoldRelease {

	private final Configuration configuration;

	private final FlywayDatabase database;

	private final MigrationRun run;

	private final boolean rerunRepeatables;

	private final ShutdownSignal stop;

	public HoldRelease(Configuration configuration, FlywayDatabase database, MigrationRun run, boolean rerunRepeatables,
			ShutdownSignal stop) {
		this.configuration = configuration;
		this.database = database;
		this.run = run;
		this.rerunRepeatables = rerunRepeatables;
		this.stop = stop;
	}

	public List<String> release(@Nullable String reason) {
		try (FlywayLock lock = FlywayLock.acquire(this.database, this.configuration, this.run, this.stop)) {
			return this.database.readHold(lock.client())
				.map((hold) -> end(hold, lock, "released the hold", reason))
				.orElseGet(() -> List.of("there is no hold"));
		}
	}

	/**
	 * Fails if the hold binds the build by now, or if something is undone in part.
	 */
	public List<String> lift(BuildVersions build) {
		try (FlywayLock lock = FlywayLock.acquire(this.database, this.configuration, this.run, this.stop)) {
			Optional<EffectiveHold> view = this.database.viewHold(lock.client());
			if (view.filter((now) -> now.binds(build)).isPresent()) {
				throw new MigrationException(view.get().problem(), "unchanged", null);
			}
			if (view.filter((now) -> now.isLiftedBy(build)).isEmpty()) {
				return List.of();
			}
			new UnfinishedUndos(this.database).find(lock).stream().findFirst().ifPresent((entry) -> {
				throw new MigrationException(
						UnfinishedUndos.problem(entry.descriptor().toString(), true, Severity.ERROR),
						"unchanged by this instance", null);
			});
			return end(view.get().hold(), lock, "lifted by a build that has migration %s".formatted(build.newest()),
					null);
		}
	}

	private List<String> end(Hold hold, FlywayLock lock, String how, @Nullable String reason) {
		List<Entry> repeatables = this.rerunRepeatables ? this.database.history().read(lock.client()).repeatables()
				: List.of();
		List<String> done = new ArrayList<>();
		done.add("%s; the store was %s".formatted(how, hold.describe()));
		if (!repeatables.isEmpty()) {
			done.add("repeatables that will run again: %s"
				.formatted(repeatables.stream().map(Entry::description).collect(Collectors.joining(", "))));
		}
		MigrationLog log = this.database.log();
		log.create(lock.connection());
		FlywayDatabase.inTransaction(lock.dataSource(), (inside) -> {
			this.database.holds().remove(inside, hold.since());
			this.database.history().deleteRepeatables(inside, repeatables, this.configuration.getInstalledBy());
			log.marked(lock.connection(),
					LogEntry.mark(String.join("; ", done), Operation.Kind.RELEASE_HOLD.id(), this.run, reason));
		});
		return done;
	}

}
