package io.gemforce.migrations.test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RehearsalScope;

/**
 * The rehearsal of all migrations of a service, from empty databases on: each one is
 * applied, undone and applied again, and what can be repeated is applied twice in a row.
 */
public final class MigrationRehearsal {

	private final Migrations migrations;

	private final Map<String, Runnable> seeds = new HashMap<>();

	MigrationRehearsal(Migrations migrations) {
		this.migrations = migrations;
	}

	/**
	 * Put data into the databases before a migration is rehearsed, so that there is
	 * something for it to change.
	 * @param migration the store and the id of the migration, such as {@code mongo:3}
	 * @param seed puts in the data
	 * @return this
	 */
	public MigrationRehearsal before(String migration, Runnable seed) {
		this.seeds.put(migration, seed);
		return this;
	}

	/**
	 * Rehearse.
	 * @return what came of each migration, in order
	 */
	public List<RehearsalResult> run() {
		return this.migrations.rehearse(this.migrations.stores(), RehearsalScope.ofThisService((store, id) -> {
			Runnable seed = this.seeds.get("%s:%s".formatted(store, id));
			if (seed != null) {
				seed.run();
			}
		}));
	}

	/**
	 * Rehearse, and make sure that nothing failed.
	 * @return what came of each migration, in order
	 * @throws AssertionError if a migration failed, if its undo did not restore what was
	 * there before, if one was not rehearsed, or if there was none
	 */
	public List<RehearsalResult> verify() {
		List<RehearsalResult> results = run();
		if (results.isEmpty()) {
			throw new AssertionError("There was no migration to rehearse");
		}
		String failures = results.stream()
			.filter((result) -> result.outcome() == RehearsalResult.Outcome.FAILED
					|| result.outcome() == RehearsalResult.Outcome.NOT_REHEARSED)
			.map((result) -> "%s %s:%s (%s): %s".formatted(result.outcome(), result.store(), result.id(),
					result.description(), result.reason()))
			.collect(Collectors.joining("\n"));
		if (!failures.isEmpty()) {
			throw new AssertionError("Not every migration passed its rehearsal:\n" + failures);
		}
		return results;
	}

}
