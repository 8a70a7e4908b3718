package io.gemforce.migrations.postgres.history;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Hold;

/**
 * A hold, and what it is about.
 *
 * @param hold the hold
 * @param newestRolledBack the newest version that was rolled back and is not applied,
 * {@code null} if there is none
 */
public record EffectiveHold(Hold hold, @Nullable Version newestRolledBack) {

	/**
	 * Whether nothing may be run by the build.
	 */
	public boolean binds(BuildVersions build) {
		// What a build has and is applied is no reason to apply what was rolled back
		return this.hold.binds(build.newest(), this.newestRolledBack)
				|| this.hold.binds(build.newestPending(), this.newestRolledBack);
	}

	/**
	 * Whether a build ends this, as it has a migration that is newer than all that was
	 * rolled back.
	 */
	public boolean isLiftedBy(BuildVersions build) {
		return build.newest() != null && build.newest().compareTo(this.hold.version()) > 0 && !binds(build);
	}

	/**
	 * Say what is not run and why.
	 */
	public Problem problem() {
		return Problem.warning(ProblemCode.HELD, StoreName.POSTGRES,
				"Store 'postgres' is %s; this build has newer migrations, so nothing of it is run, repeatables included"
					.formatted(this.hold.describe()),
				("Deploy a build that has a migration newer than version %s, or let the store be migrated again with "
						+ "gemforce.migrations.run=release-hold and gemforce.migrations.store=postgres")
					.formatted(Objects.requireNonNullElse(this.newestRolledBack, this.hold.version())));
	}

}
