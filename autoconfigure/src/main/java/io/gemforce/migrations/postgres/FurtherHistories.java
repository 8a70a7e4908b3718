package io.gemforce.migrations.postgres;

import java.util.List;

import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.history.FlywayDatabase;

/**
 * The histories that the user's strategy keeps beside that of the Flyway it is given:
 * tables whose names begin with that of the base one.
 */
final class FurtherHistories {

	private static final String FIND = """
			SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind = 'r' AND n.nspname = coalesce(?, current_schema()) AND starts_with(c.relname, ?)
				AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'installed_rank')
			ORDER BY 1""";

	private final FlywayDatabase database;

	private final Configuration configuration;

	FurtherHistories(FlywayDatabase database, Configuration configuration) {
		this.database = database;
		this.configuration = configuration;
	}

	List<String> find() {
		if (!this.database.isPostgres()) {
			return List.of();
		}
		return this.database.client()
			.sql(FIND)
			.param(schema())
			.param(this.configuration.getTable() + "_")
			.query(String.class)
			.list();
	}

	private @Nullable String schema() {
		if (this.configuration.getDefaultSchema() != null) {
			return this.configuration.getDefaultSchema();
		}
		return (this.configuration.getSchemas().length > 0) ? this.configuration.getSchemas()[0] : null;
	}

	static Problem problem(Severity severity, List<String> tables) {
		return new Problem(severity, ProblemCode.SEVERAL_HISTORIES, StoreName.POSTGRES,
				"A FlywayMigrationStrategy of the application migrates store 'postgres' in its own way, with %d further "
					.formatted(tables.size())
						+ "histories%s; only the base history is known here"
							.formatted(tables.isEmpty() ? "" : ": " + String.join(", ", tables)),
				"Nothing is to be done for a start. Plans, rollbacks, holds and repairs would act on the base history "
						+ "alone, so use the means of what keeps the further histories");
	}

}
