package io.gemforce.migrations.postgres;

import java.time.Duration;
import java.util.function.Predicate;

import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;

/**
 * Settings of Flyway that are safer than its own defaults, each applied unless the user
 * has set it:
 * <ul>
 * <li>{@code postgresql.transactional-lock=false}: with the transactional lock the
 * history row is not written in the migration's transaction, {@code CREATE INDEX
 * CONCURRENTLY} waits for ever, and a failed non-transactional script leaves no
 * trace.</li>
 * <li>{@code validate-migration-naming=true}: a misnamed file is otherwise not
 * noticed.</li>
 * <li>{@code fail-on-missing-locations=true}, where the user has set locations.</li>
 * <li>{@code lock-retry-count}, so that instances wait for one that migrates as long as
 * {@code gemforce.migrations.lock.wait-timeout} says.</li>
 * </ul>
 */
public final class FlywayDefaults {

	private final Predicate<String> setByUser;

	private final Duration lockWaitTimeout;

	/**
	 * The predicate tests property names as they are below {@code spring.flyway}.
	 */
	public FlywayDefaults(Predicate<String> setByUser, Duration lockWaitTimeout) {
		this.setByUser = setByUser;
		this.lockWaitTimeout = lockWaitTimeout;
	}

	public void apply(FluentConfiguration configuration) {
		if (!this.setByUser.test("postgresql.transactional-lock")) {
			configuration.getPluginRegister()
				.getExact(PostgreSQLConfigurationExtension.class)
				.setTransactionalLock(false);
		}
		if (!this.setByUser.test("validate-migration-naming")) {
			configuration.validateMigrationNaming(true);
		}
		if (!this.setByUser.test("fail-on-missing-locations") && this.setByUser.test("locations")) {
			configuration.failOnMissingLocations(true);
		}
		if (!this.setByUser.test("lock-retry-count")) {
			configuration.lockRetryCount((int) Math.min(this.lockWaitTimeout.toSeconds(), Integer.MAX_VALUE));
		}
	}

}
