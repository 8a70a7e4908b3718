package io.gemforce.migrations.postgres.rehearsal;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.postgres.history.FlywayFailures;

/**
 * Copies rows into the tables of a scratch database, which has the schema that the
 * migrations make. The original is only read. Rows of a sample that refer to rows outside
 * of it are left out, so that every foreign key holds. Partitions are made as in the
 * original, and materialized views are refreshed. What cannot be copied is left as it is
 * and reported.
 */
final class TableCopy {

	private static final String TABLES = """
			SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind = 'p' AS partitioned
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
				AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
				AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
				AND c.oid <> ALL (SELECT coalesce(to_regclass(name)::oid, 0)
					FROM unnest(string_to_array(?, chr(10))) AS name)
			ORDER BY 1""";

	private static final String COLUMNS = """
			SELECT quote_ident(attname) FROM pg_attribute
			WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
			ORDER BY attname""";

	private static final String PARTITIONS = """
			WITH RECURSIVE tree AS (
				SELECT c.oid, c.oid AS root, 0 AS depth FROM pg_class c WHERE c.relkind = 'p' AND NOT c.relispartition
				UNION ALL
				SELECT i.inhrelid, tree.root, tree.depth + 1 FROM pg_inherits i JOIN tree ON tree.oid = i.inhparent)
			SELECT format('%I.%I', n.nspname, c.relname) AS name, quote_ident(n.nspname) AS schema,
				(SELECT format('%I.%I', rn.nspname, r.relname) FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
					WHERE r.oid = tree.root) AS root,
				format('%I.%I', pn.nspname, p.relname) AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound,
				CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS key
			FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace
				JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class p ON p.oid = i.inhparent
				JOIN pg_namespace pn ON pn.oid = p.relnamespace
			WHERE tree.depth > 0
			ORDER BY tree.depth, 1""";

	private static final String FOREIGN_KEYS = """
			SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent, quote_ident(conname) AS name,
				pg_get_constraintdef(oid) AS definition,
				(SELECT string_agg(format('c.%I = p.%I', ca.attname, pa.attname), ' AND ')
					FROM unnest(conkey, confkey) AS k (child, parent)
						JOIN pg_attribute ca ON ca.attrelid = conrelid AND ca.attnum = k.child
						JOIN pg_attribute pa ON pa.attrelid = confrelid AND pa.attnum = k.parent) AS match,
				(SELECT string_agg(format('c.%I IS NOT NULL', ca.attname), ' AND ')
					FROM unnest(conkey) AS k (child)
						JOIN pg_attribute ca ON ca.attrelid = conrelid AND ca.attnum = k.child) AS filled
			FROM pg_constraint WHERE contype = 'f' AND conparentid = 0""";

	private static final String TRIGGERS = """
			SELECT quote_ident(tgname) AS name, CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END AS enabled
			FROM pg_trigger WHERE tgrelid = ?::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')""";

	private static final String FORCES_POLICIES = """
			SELECT relforcerowsecurity AND row_security_active(oid) FROM pg_class WHERE oid = ?::regclass""";

	private static final String SEQUENCES = """
			SELECT format('%I.%I', schemaname, sequencename) AS name, last_value FROM pg_sequences
			WHERE last_value IS NOT NULL""";

	// A view is younger than what it selects from
	private static final String MATERIALIZED_VIEWS = """
			SELECT oid::regclass::text FROM pg_class WHERE relkind = 'm' AND relispopulated ORDER BY oid""";

	private final DataSource original;

	private final DataSource scratch;

	private final Set<String> leftOut;

	private final List<String> notes = new ArrayList<>();

	TableCopy(DataSource original, DataSource scratch, Set<String> leftOut) {
		this.original = original;
		this.scratch = scratch;
		this.leftOut = leftOut;
	}

	// Replaces the rows; returns what could not be copied, and why
	List<String> copy(long sample) {
		try (Connection from = this.original.getConnection(); Connection to = this.scratch.getConnection()) {
			JdbcClient source = client(from);
			JdbcClient target = client(to);
			List<ForeignKey> keys = target.sql(FOREIGN_KEYS)
				.query(ForeignKey.class)
				.list()
				.stream()
				.filter((key) -> attempt("foreign key %s of %s".formatted(key.name(), key.child()), target,
						"ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s".formatted(key.child(), key.name())))
				.toList();
			Map<String, Boolean> there = tables(source);
			Set<String> tables = tables(target).keySet();
			copyPartitions(source, target,
					tables.stream().filter((table) -> there.getOrDefault(table, false)).collect(Collectors.toSet()));
			for (String table : tables) {
				if (there.containsKey(table)) {
					replace(table, Boolean.TRUE.equals(there.get(table)), sample, from, to);
				}
			}
			removeOrphans(target, keys);
			keys.forEach((key) -> attempt("foreign key %s of %s".formatted(key.name(), key.child()), target,
					"ALTER TABLE %s ADD CONSTRAINT %s %s".formatted(key.child(), key.name(), key.definition())));
			copySequences(source, target);
			target.sql(MATERIALIZED_VIEWS)
				.query(String.class)
				.list()
				.forEach((view) -> attempt("materialized view " + view, target,
						"REFRESH MATERIALIZED VIEW %s".formatted(view)));
			return this.notes;
		}
		catch (SQLException ex) {
			throw FlywayFailures
				.explain(new IllegalStateException("Could not copy rows into the scratch database", ex));
		}
	}

	private boolean attempt(String what, JdbcClient client, String statement) {
		try {
			client.sql(statement).update();
			return true;
		}
		catch (DataAccessException ex) {
			note(what, ex.getMostSpecificCause());
			return false;
		}
	}

	// The lines after the first one of a server's message may repeat a row
	private void note(String what, Throwable failure) {
		this.notes.add("%s: %s".formatted(what,
				String.valueOf(FlywayFailures.error(failure).message()).lines().findFirst().orElse("")));
	}

	private Map<String, Boolean> tables(JdbcClient client) {
		Map<String, Boolean> tables = new LinkedHashMap<>();
		RowCallbackHandler reader = (row) -> tables.put(row.getString("name"), row.getBoolean("partitioned"));
		client.sql(TABLES).param(String.join("\n", this.leftOut)).query(reader);
		return tables;
	}

	private static JdbcClient client(Connection connection) {
		return JdbcClient.create(new SingleConnectionDataSource(connection, true));
	}

	// Applications and extensions create partitions at run time
	private void copyPartitions(JdbcClient source, JdbcClient target, Set<String> roots) {
		List<Partition> wanted = partitions(source, roots);
		List<Partition> made = new ArrayList<>(partitions(target, roots));
		Set<String> names = wanted.stream().map(Partition::name).collect(Collectors.toSet());
		Set<String> there = made.stream().map(Partition::name).collect(Collectors.toSet());
		for (int i = made.size() - 1; i >= 0; i--) {
			if (!names.contains(made.get(i).name())) {
				attempt("partition " + made.get(i).name(), target, "DROP TABLE IF EXISTS " + made.get(i).name());
			}
		}
		for (Partition partition : wanted) {
			if (!there.contains(partition.name())) {
				attempt("partition " + partition.name(), target,
						"CREATE SCHEMA IF NOT EXISTS %s".formatted(partition.schema()));
				attempt("partition " + partition.name(), target,
						"CREATE TABLE %s PARTITION OF %s %s%s".formatted(partition.name(), partition.parent(),
								partition.bound(),
								(partition.key() != null) ? " PARTITION BY " + partition.key() : ""));
			}
		}
	}

	private static List<Partition> partitions(JdbcClient client, Set<String> roots) {
		return client.sql(PARTITIONS)
			.query(Partition.class)
			.list()
			.stream()
			.filter((partition) -> roots.contains(partition.root()))
			.toList();
	}

	private void replace(String table, boolean partitioned, long sample, Connection from, Connection to)
			throws SQLException {
		to.setAutoCommit(false);
		try {
			replace(table, (partitioned ? "" : "ONLY ") + table, sample, from, to, client(to));
			to.commit();
		}
		catch (SQLException | IOException | DataAccessException | CompletionException ex) {
			to.rollback();
			note("rows of " + table, ex);
		}
		finally {
			to.setAutoCommit(true);
		}
	}

	private static void replace(String table, String source, long sample, Connection from, Connection to,
			JdbcClient target) throws SQLException, IOException {
		String alter = "ALTER TABLE %s ".formatted(table);
		boolean forced = target.sql(FORCES_POLICIES).param(table).query(Boolean.class).single();
		List<Trigger> triggers = target.sql(TRIGGERS).param(table).query(Trigger.class).list();
		if (forced) {
			target.sql(alter + "NO FORCE ROW LEVEL SECURITY").update();
		}
		triggers.forEach((trigger) -> target.sql(alter + "DISABLE TRIGGER " + trigger.name()).update());
		target.sql("TRUNCATE %s".formatted(table)).update();
		List<String> columns = new ArrayList<>(target.sql(COLUMNS).param(table).query(String.class).list());
		columns.retainAll(client(from).sql(COLUMNS).param(table).query(String.class).list());
		if (sample > 0 && !columns.isEmpty()) {
			copy(table, source, String.join(", ", columns), sample, from, to);
		}
		triggers.forEach((trigger) -> target.sql("%s%s TRIGGER %s".formatted(alter, trigger.enabled(), trigger.name()))
			.update());
		if (forced) {
			target.sql(alter + "FORCE ROW LEVEL SECURITY").update();
		}
	}

	private static void copy(String table, String source, String columns, long sample, Connection from, Connection to)
			throws SQLException, IOException {
		String limit = (sample == Long.MAX_VALUE) ? "" : " LIMIT " + sample;
		CopyManager out = from.unwrap(PGConnection.class).getCopyAPI();
		CopyManager in = to.unwrap(PGConnection.class).getCopyAPI();
		try (PipedInputStream input = new PipedInputStream(1 << 16);
				PipedOutputStream output = new PipedOutputStream(input)) {
			CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
				try (output) {
					out.copyOut("COPY (SELECT %s FROM %s%s) TO STDOUT".formatted(columns, source, limit), output);
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
			try {
				in.copyIn("COPY %s (%s) FROM STDIN".formatted(table, columns), input);
			}
			catch (SQLException | IOException ex) {
				// Its connection is used for the next table
				input.close();
				reading.exceptionally((failure) -> null).join();
				throw ex;
			}
			reading.join();
		}
	}

	// Removing rows can make others orphans
	private void removeOrphans(JdbcClient target, List<ForeignKey> keys) {
		boolean removed = true;
		while (removed) {
			removed = false;
			for (ForeignKey key : keys) {
				removed |= removeOrphans(target, key);
			}
		}
	}

	private boolean removeOrphans(JdbcClient target, ForeignKey key) {
		try {
			return target
				.sql("DELETE FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)".formatted(key.child(),
						key.filled(), key.parent(), key.match()))
				.update() > 0;
		}
		catch (DataAccessException ex) {
			note("rows of " + key.child(), ex.getMostSpecificCause());
			return false;
		}
	}

	private void copySequences(JdbcClient source, JdbcClient target) {
		Set<String> there = Set.copyOf(target.sql("SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences")
			.query(String.class)
			.list());
		Map<String, Long> values = new LinkedHashMap<>();
		RowCallbackHandler reader = (row) -> values.put(row.getString("name"), row.getLong("last_value"));
		source.sql(SEQUENCES).query(reader);
		values.forEach((name, value) -> {
			if (there.contains(name)) {
				try {
					target.sql("SELECT setval(?::regclass, ?)").param(name).param(value).query().listOfRows();
				}
				catch (DataAccessException ex) {
					note("sequence " + name, ex.getMostSpecificCause());
				}
			}
		});
	}

	// match joins the tables as c and p; filled holds if the key refers to a row at all
	record ForeignKey(String child, String parent, String name, String definition, String match, String filled) {

	}

	// root is the top of the hierarchy, key what it is partitioned by itself, if it is
	record Partition(String name, String schema, String root, String parent, String bound, @Nullable String key) {

	}

	record Trigger(String name, String enabled) {

	}

}
