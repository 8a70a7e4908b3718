package io.gemforce.migrations.postgres.undo;

import java.sql.Connection;
import java.util.List;
import java.util.Objects;

import org.flywaydb.core.api.CoreMigrationType;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.executor.Context;
import org.flywaydb.core.api.executor.MigrationExecutor;
import org.flywaydb.core.api.resolver.MigrationResolver;
import org.flywaydb.core.api.resolver.ResolvedMigration;
import org.flywaydb.core.extensibility.MigrationType;
import org.flywaydb.core.internal.jdbc.Results;
import org.flywaydb.core.internal.sqlscript.SqlScript;
import org.flywaydb.core.internal.sqlscript.SqlScriptExecutor;
import org.jspecify.annotations.Nullable;

/**
 * An undo in the form of a Flyway migration of type {@code DELETE}, the type that
 * Flyway's own repair gives to a version that is not applied any more. Every edition of
 * Flyway understands it.
 */
final class UndoMigration implements ResolvedMigration, MigrationExecutor {

	private final UndoStep step;

	private final MigrationResolver.Context context;

	private final @Nullable SqlScript script;

	private final Listener listener;

	UndoMigration(UndoStep step, MigrationResolver.Context context, Listener listener) {
		this.step = step;
		this.context = context;
		this.script = (step.script() != null) ? context.sqlScriptFactory.createSqlScript(step.script().script(),
				context.configuration.isMixed(), step.script().settingsProvider()) : null;
		this.listener = listener;
	}

	@Override
	public List<Results> execute(Context context) {
		Connection connection = context.getConnection();
		this.listener.begin(connection, canExecuteInTransaction());
		List<Results> results = (this.script != null) ? execute(this.script, context) : List.of();
		this.listener.end(connection);
		return results;
	}

	private List<Results> execute(SqlScript script, Context context) {
		SqlScriptExecutor executor = this.context.sqlScriptExecutorFactory
			.createSqlScriptExecutor(context.getConnection(), false, false, false);
		return executor.execute(script, context.getConfiguration());
	}

	@Override
	public boolean canExecuteInTransaction() {
		return this.script == null || this.script.executeInTransaction();
	}

	@Override
	public boolean shouldExecute() {
		return true;
	}

	@Override
	public MigrationVersion getVersion() {
		return MigrationVersion.fromVersion(this.step.undone().id());
	}

	@Override
	public String getDescription() {
		return this.step.undone().description();
	}

	@Override
	public String getScript() {
		return this.step.name();
	}

	@Override
	public @Nullable Integer getChecksum() {
		return this.step.checksum();
	}

	@Override
	public MigrationType getType() {
		return CoreMigrationType.DELETE;
	}

	@Override
	public String getPhysicalLocation() {
		return (this.step.script() != null) ? this.step.script().script().getAbsolutePath() : "";
	}

	@Override
	public MigrationExecutor getExecutor() {
		return this;
	}

	@Override
	public boolean checksumMatches(@Nullable Integer checksum) {
		return Objects.equals(checksum, getChecksum());
	}

	@Override
	public boolean checksumMatchesWithoutBeingIdentical(@Nullable Integer checksum) {
		return false;
	}

	interface Listener {

		// Flyway's entry will be part of the transaction, if there is one
		void begin(Connection connection, boolean transactional);

		void end(Connection connection);

	}

}
