package io.gemforce.migrations.store;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;

/**
 * A decision, made by a rollback, not to run a store past a version. It binds a build
 * that has migrations past that version, until it is released or the build has a
 * migration that is newer than all that was rolled back.
 */
public record Hold(StoreName store, Version version, @Nullable String reason, @Nullable String user, Instant since) {

	public boolean binds(@Nullable Version newestInBuild, @Nullable Version newestRolledBack) {
		if (newestInBuild == null || newestInBuild.compareTo(this.version) <= 0) {
			return false;
		}
		return newestRolledBack == null || newestInBuild.compareTo(newestRolledBack) <= 0;
	}

	public String describe() {
		return "held at version %s since %s by %s%s".formatted(this.version, this.since,
				(this.user != null) ? this.user : "an unknown user", (this.reason != null) ? ": " + this.reason : "");
	}

}
