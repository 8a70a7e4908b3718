package io.gemforce.migrations.postgres.history;

import java.sql.SQLException;
import java.util.function.Supplier;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.sql.SqlNames;

/**
 * Creates the tables of this library. The caller has checked that the table is missing,
 * which needs no right to create it, so a table that another user has created will do.
 */
final class OwnTable {

	private static final String PERMISSION_DENIED = "42501";

	private OwnTable() {
	}

	/**
	 * Creates a table. IF NOT EXISTS does not keep two instances from colliding in the
	 * catalogue: the table of the other one will do then, and a transaction goes on. If
	 * the user may not, the failure says what an administrator has to execute.
	 */
	static void create(JdbcClient client, boolean inTransaction, String table, String ddl, String rights,
			Supplier<String> user) {
		if (inTransaction) {
			client.sql("SAVEPOINT own_table").update();
		}
		try {
			client.sql(ddl).update();
		}
		catch (DuplicateKeyException ex) {
			if (inTransaction) {
				client.sql("ROLLBACK TO SAVEPOINT own_table").update();
			}
		}
		catch (DataAccessException ex) {
			if (ex.getMostSpecificCause() instanceof SQLException cause
					&& PERMISSION_DENIED.equals(cause.getSQLState())) {
				throw notPermitted(user.get(), table, ddl, rights);
			}
			throw ex;
		}
	}

	private static MigrationException notPermitted(String user, String table, String ddl, String rights) {
		return new MigrationException(Problem.error(ProblemCode.PERMISSION_DENIED, StoreName.POSTGRES,
				"Table %s of store 'postgres', in which executions are recorded, is not there, and user '%s' may not create it"
					.formatted(table, user),
				"Let a user who may create tables in its schema execute: %s; GRANT %s ON %s TO %s; then start again"
					.formatted(ddl.replaceAll("\\s+", " "), rights, table, SqlNames.quote(user))),
				"unchanged by what was refused", null);
	}

}
