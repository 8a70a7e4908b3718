package io.gemforce.migrations.postgres.history;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Hold;

/**
 * A hold, and the newest version that was rolled back and is not applied again.
 */
public record EffectiveHold(Hold hold, @Nullable Version newestRolledBack) {

	public boolean binds(BuildVersions build) {
		// An applied newer version is no reason to apply what was rolled back
		return this.hold.binds(build.newest(), this.newestRolledBack)
				|| this.hold.binds(build.newestPending(), this.newestRolledBack);
	}

	/**
	 * Whether the build has a migration that is newer than all that were rolled back.
	 */
	public boolean isLiftedBy(BuildVersions build) {
		return build.newest() != null && build.newest().compareTo(this.hold.version()) > 0 && !binds(build);
	}

	public Problem problem() {
		return Problem.warning(ProblemCode.HELD, StoreName.POSTGRES,
				"Store 'postgres' is %s; this build has newer migrations, so nothing of it is run, repeatables included"
					.formatted(this.hold.describe()),
				("Deploy a build that has a migration newer than version %s, or let the store be migrated again with "
						+ "gemforce.migrations.run=release-hold and gemforce.migrations.store=postgres")
					.formatted(Objects.requireNonNullElse(this.newestRolledBack, this.hold.version())));
	}

}
