package io.gemforce.migrations.postgres.rehearsal;

import java.util.List;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Gives a scratch database what the original had before its first migration: settings of
 * the database and of its user, rights, schemas that the migrations expect, and
 * extensions that the user has not made. What the user may not do is left out.
 */
final class ScratchSetUp {

	private static final Log logger = LogFactory.getLog(ScratchSetUp.class);

	// A list is stored in the syntax of SET, anything else is plain text
	private static final String OF_DATABASE = """
			SELECT format(CASE s.setrole WHEN 0 THEN 'ALTER DATABASE %2$I SET %3$I TO %4$s'
					ELSE 'ALTER ROLE %1$I IN DATABASE %2$I SET %3$I TO %4$s' END,
				session_user, ?::text, split_part(c, '=', 1),
				CASE WHEN split_part(c, '=', 1) IN ('search_path', 'temp_tablespaces') THEN substr(c, strpos(c, '=') + 1)
					ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END)
			FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS c
			WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND (s.setrole = 0 OR pg_get_userbyid(s.setrole) = session_user)
			UNION ALL
			SELECT format('GRANT %s ON DATABASE %I TO %s', a.privilege_type, ?::text,
				CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
			FROM pg_database d CROSS JOIN aclexplode(d.datacl) AS a WHERE d.datname = current_database()""";

	private static final String OF_SCHEMAS = """
			WITH needed AS (SELECT * FROM pg_namespace
				WHERE nspname = ANY (?) OR nspname IN (current_schema(), 'public'))
			SELECT statement FROM (
				SELECT 1 AS step, format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', nspname,
					CASE WHEN pg_has_role(session_user, nspowner, 'MEMBER') THEN pg_get_userbyid(nspowner)
						ELSE session_user END) AS statement
				FROM needed
				UNION ALL
				SELECT 2, format('GRANT %s ON SCHEMA %I TO %s', a.privilege_type, nspname,
					CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
				FROM needed CROSS JOIN aclexplode(nspacl) AS a WHERE a.grantee <> nspowner
				UNION ALL
				SELECT 3, format('ALTER SCHEMA %I OWNER TO %I', nspname, pg_get_userbyid(nspowner)) FROM needed
				WHERE nspname = 'public' AND pg_get_userbyid(nspowner) NOT IN (session_user, 'pg_database_owner')
					AND pg_has_role(session_user, nspowner, 'MEMBER')
				UNION ALL
				SELECT 4, format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname)
				FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
				WHERE NOT pg_has_role(session_user, e.extowner, 'MEMBER') AND n.nspname !~ '^pg_'
				UNION ALL
				SELECT 5, format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I', e.extname, n.nspname)
				FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
				WHERE NOT pg_has_role(session_user, e.extowner, 'MEMBER') AND e.extname <> 'plpgsql') AS statements
			ORDER BY step""";

	private final JdbcClient original;

	private final String name;

	ScratchSetUp(DataSource original, String name) {
		this.original = JdbcClient.create(original);
		this.name = name;
	}

	void apply(DataSource scratch, String... schemas) {
		execute(this.original.sql(OF_DATABASE).param(this.name).param(this.name).query(String.class).list(),
				this.original);
		execute(this.original.sql(OF_SCHEMAS).param(schemas).query(String.class).list(), JdbcClient.create(scratch));
	}

	private static void execute(List<String> statements, JdbcClient client) {
		for (String statement : statements) {
			try {
				client.sql(statement).update();
			}
			catch (DataAccessException ex) {
				logger.info("A rehearsal goes without what the original database has by: %s. %s".formatted(statement,
						ex.getMostSpecificCause().getMessage()));
			}
		}
	}

}
