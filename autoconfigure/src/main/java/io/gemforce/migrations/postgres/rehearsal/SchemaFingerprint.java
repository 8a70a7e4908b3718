package io.gemforce.migrations.postgres.rehearsal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The state of a database: its catalogue as PostgreSQL describes it, and the rows of its
 * tables, regardless of the order of columns and rows.
 *
 * @param parts the definitions of the catalogue, by a readable name
 * @param tables the content of each table, by its quoted name
 */
record SchemaFingerprint(SortedMap<String, String> parts, SortedMap<String, Rows> tables) {

	private static final String USERS = """
			n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
				AND n.nspname NOT LIKE 'pg\\_temp%'""";

	private static final String OURS = """
			WITH ours AS (SELECT to_regclass(name)::oid AS oid FROM unnest(string_to_array(?, chr(10))) AS name)
			""";

	private static final String OWN = """
			NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = %1$s.oid AND d.deptype = 'e')
				AND NOT EXISTS (SELECT 1 FROM ours WHERE ours.oid = %1$s.oid)
				AND NOT EXISTS (SELECT 1 FROM pg_depend d JOIN ours ON ours.oid = d.refobjid WHERE d.objid = %1$s.oid)""";

	private static final List<String> CATALOGUE = List.of("""
			SELECT 'schema ' || n.nspname, coalesce(obj_description(n.oid), '') FROM pg_namespace n WHERE {users}""",
			"""
					SELECT format('%s %s.%s', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table'
							WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'relation' END,
							n.nspname, c.relname),
						concat_ws('; ', coalesce(obj_description(c.oid), ''), c.relpersistence, c.relrowsecurity,
							c.relforcerowsecurity, c.relispopulated,
							CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
							(SELECT string_agg(privilege, ',' ORDER BY privilege) FROM (SELECT x::text AS privilege
								FROM unnest(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
									c.relowner))) AS x) AS privileges))
					FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
					WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND {users} AND {own:c}""",
			"""
					SELECT format('column %s.%s.%s', n.nspname, c.relname, a.attname),
						concat_ws('; ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
							coll.collname, pg_get_expr(ad.adbin, ad.adrelid), col_description(c.oid, a.attnum))
					FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
						LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
						LEFT JOIN pg_collation coll ON coll.oid = a.attcollation
					WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {users}
						AND {own:c}""",
			"""
					SELECT format('constraint %s of %s.%s', o.conname, n.nspname, c.relname),
						concat_ws('; ', pg_get_constraintdef(o.oid), o.convalidated, o.condeferrable, o.condeferred)
					FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
					WHERE {users} AND {own:c}""",
			"""
					SELECT format('index %s.%s', n.nspname, c.relname),
						concat_ws('; ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready)
					FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
						JOIN pg_class t ON t.oid = i.indrelid
					WHERE {users} AND {own:t}""",
			"""
					SELECT format('function %s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
						CASE WHEN p.prokind = 'a' THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END
					FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {users} AND {own:p}""",
			"""
					SELECT format('trigger %s of %s.%s', t.tgname, n.nspname, c.relname),
						concat_ws('; ', pg_get_triggerdef(t.oid), t.tgenabled)
					FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
					WHERE NOT t.tgisinternal AND {users}""",
			"""
					SELECT format('rule %s of %s.%s', r.rulename, n.nspname, c.relname), pg_get_ruledef(r.oid)
					FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
					WHERE r.rulename <> '_RETURN' AND {users}""",
			"""
					SELECT format('policy %s of %s.%s', o.polname, n.nspname, c.relname),
						concat_ws('; ', o.polcmd, pg_get_expr(o.polqual, o.polrelid), pg_get_expr(o.polwithcheck, o.polrelid))
					FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
					WHERE {users}""",
			"""
					SELECT format('type %s.%s', n.nspname, t.typname), concat_ws('; ', t.typtype, format_type(t.typbasetype, t.typtypmod),
						t.typnotnull, t.typdefault, (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
							FROM pg_enum e WHERE e.enumtypid = t.oid),
						(SELECT string_agg(pg_get_constraintdef(o.oid), ',' ORDER BY o.conname)
							FROM pg_constraint o WHERE o.contypid = t.oid))
					FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
					WHERE t.typtype IN ('e', 'd', 'r', 'm') AND {users} AND {own:t}""",
			"""
					SELECT 'extension ' || e.extname, e.extversion FROM pg_extension e""");

	private static final String TABLES = """
			SELECT format('%I.%I', n.nspname, c.relname) AS name, row_security_active(c.oid) AS policies,
				(SELECT string_agg(quote_ident(a.attname), chr(10) ORDER BY a.attname) FROM pg_attribute a
					WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND {users} AND {own:c}
				AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1""";

	private static final String HASH = "coalesce(sum(('x' || left(md5(%s::text), 15))::bit(60)::bigint::numeric), 0)::text";

	// The names of the tables to leave out are quoted
	static SchemaFingerprint of(DataSource dataSource, Set<String> leftOut) {
		// Rolled back, as policies are suspended meanwhile
		return Objects
			.requireNonNull(new TransactionTemplate(new JdbcTransactionManager(dataSource)).execute((transaction) -> {
				transaction.setRollbackOnly();
				return of(JdbcClient.create(dataSource), String.join("\n", leftOut), transaction);
			}));
	}

	private static SchemaFingerprint of(JdbcClient client, String leftOut, TransactionStatus transaction) {
		SortedMap<String, String> parts = new TreeMap<>();
		for (String query : CATALOGUE) {
			client.sql(complete(query))
				.param(leftOut)
				.query((row, number) -> Map.entry(row.getString(1), String.valueOf(row.getString(2))))
				.list()
				.forEach((part) -> parts.put(part.getKey(), part.getValue()));
		}
		SortedMap<String, Rows> tables = new TreeMap<>();
		client.sql(complete(TABLES)).param(leftOut).query(Table.class).list().forEach((table) -> {
			if (table.policies()) {
				suspendPolicies(client, table.name(), transaction);
			}
			tables.put(table.name(), Rows.of(client, table));
		});
		return new SchemaFingerprint(parts, tables);
	}

	// Forced policies bind the owner of a table as well
	private static void suspendPolicies(JdbcClient client, String table, TransactionStatus transaction) {
		Object before = transaction.createSavepoint();
		try {
			client.sql("ALTER TABLE %s NO FORCE ROW LEVEL SECURITY".formatted(table)).update();
		}
		catch (DataAccessException ex) {
			transaction.rollbackToSavepoint(before);
		}
	}

	private static String complete(String query) {
		String complete = OURS + query.replace("{users}", USERS);
		for (String alias : List.of("c", "p", "t")) {
			complete = complete.replace("{own:%s}".formatted(alias), OWN.formatted(alias));
		}
		return complete;
	}

	List<String> differences(SchemaFingerprint other) {
		return differences(other, Rows::difference);
	}

	// Ignores the values of the rows, as generated ones differ each time
	List<String> differencesInShape(SchemaFingerprint other) {
		return differences(other, Rows::differenceInNumber);
	}

	private List<String> differences(SchemaFingerprint other, BiFunction<Rows, Rows, @Nullable String> compare) {
		Set<String> names = new TreeSet<>(this.parts.keySet());
		names.addAll(other.parts.keySet());
		List<String> differences = new ArrayList<>(names.stream()
			.filter((name) -> !this.parts.getOrDefault(name, "").equals(other.parts.getOrDefault(name, "")))
			.toList());
		// A table that only one side has is already reported by the catalogue
		this.tables.forEach((name, rows) -> {
			Rows others = other.tables.get(name);
			String difference = (others != null) ? compare.apply(rows, others) : null;
			if (difference != null) {
				differences.add("rows of %s%s".formatted(name, difference));
			}
		});
		return differences;
	}

	// Policies hide rows from the current user; columns are quoted names, a line each
	record Table(String name, boolean policies, @Nullable String columns) {

	}

	// Hashes of the rows and of the values of each column
	record Rows(long count, String hash, Map<String, String> columns) {

		static Rows of(JdbcClient client, Table table) {
			List<String> columns = (table.columns() != null) ? table.columns().lines().toList() : List.of();
			String hashes = columns.stream()
				.map((column) -> ", " + HASH.formatted("t." + column))
				.collect(Collectors.joining());
			return client
				.sql("SELECT count(*), %s%s FROM %s t".formatted(HASH.formatted("to_jsonb(t)"), hashes, table.name()))
				.query((row, number) -> {
					Map<String, String> found = new HashMap<>();
					for (int i = 0; i < columns.size(); i++) {
						found.put(columns.get(i), row.getString(i + 3));
					}
					return new Rows(row.getLong(1), row.getString(2), found);
				})
				.single();
		}

		private @Nullable String difference(Rows other) {
			if (this.count != other.count) {
				return differenceInNumber(other);
			}
			if (this.hash.equals(other.hash)) {
				return null;
			}
			List<String> differing = this.columns.entrySet()
				.stream()
				.filter((column) -> other.columns.containsKey(column.getKey())
						&& !column.getValue().equals(other.columns.get(column.getKey())))
				.map(Map.Entry::getKey)
				.sorted()
				.toList();
			return differing.isEmpty() ? "" : " (in %s)".formatted(String.join(", ", differing));
		}

		private @Nullable String differenceInNumber(Rows other) {
			return (this.count != other.count) ? " (%d and then %d)".formatted(this.count, other.count) : null;
		}

	}

}
