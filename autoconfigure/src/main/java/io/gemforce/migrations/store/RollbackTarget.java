package io.gemforce.migrations.store;

import java.util.Set;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;

/**
 * How far to roll back.
 */
public sealed interface RollbackTarget {

	default boolean concerns(StoreName store) {
		return !(this instanceof ToVersion to) || to.store() == store;
	}

	/**
	 * Everything of one store that is newer than a version.
	 *
	 * @param version the newest version that stays, {@code 0} if none stays
	 */
	record ToVersion(StoreName store, Version version) implements RollbackTarget {

	}

	/**
	 * Everything that some runs have applied, in both stores.
	 */
	record OfRuns(Set<String> runIds) implements RollbackTarget {

		public OfRuns {
			runIds = Set.copyOf(runIds);
		}

	}

}
