package io.gemforce.migrations.postgres;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Copies rows into the tables of a scratch database, which has the same schema. The
 * original is only read. Rows of a sample that refer to rows which are not in it are left
 * out, so that every foreign key holds.
 */
final class TableCopy {

	private static final String TABLES = """
			SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
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

	private static final String SEQUENCES = """
			SELECT format('%I.%I', schemaname, sequencename) AS name, last_value FROM pg_sequences
			WHERE last_value IS NOT NULL""";

	private final DataSource original;

	private final DataSource scratch;

	private final Set<String> leftOut;

	/**
	 * Create a copy.
	 * @param original the database to copy from
	 * @param scratch the database to copy to
	 * @param leftOut the quoted tables that are not copied
	 */
	TableCopy(DataSource original, DataSource scratch, Set<String> leftOut) {
		this.original = original;
		this.scratch = scratch;
		this.leftOut = leftOut;
	}

	/**
	 * Copy. Rows that the scratch database has are replaced.
	 * @param sample how many rows of each table
	 */
	void copy(long sample) {
		try (Connection from = this.original.getConnection(); Connection to = this.scratch.getConnection()) {
			JdbcClient source = client(from);
			JdbcClient target = client(to);
			List<ForeignKey> keys = target.sql(FOREIGN_KEYS).query(ForeignKey.class).list();
			keys.forEach((key) -> target
				.sql("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s".formatted(key.child(), key.name()))
				.update());
			String ours = String.join("\n", this.leftOut);
			Set<String> there = Set.copyOf(source.sql(TABLES).param(ours).query(String.class).list());
			List<String> tables = target.sql(TABLES)
				.param(ours)
				.query(String.class)
				.list()
				.stream()
				.filter(there::contains)
				.toList();
			for (String table : tables) {
				target.sql("TRUNCATE %s".formatted(table)).update();
				target.sql("ALTER TABLE %s DISABLE TRIGGER USER".formatted(table)).update();
				copy(table, sample, from, to);
				target.sql("ALTER TABLE %s ENABLE TRIGGER USER".formatted(table)).update();
			}
			removeOrphans(target, keys);
			keys.forEach((key) -> target
				.sql("ALTER TABLE %s ADD CONSTRAINT %s %s".formatted(key.child(), key.name(), key.definition()))
				.update());
			copySequences(source, target);
		}
		catch (SQLException | IOException ex) {
			throw new IllegalStateException("Could not copy rows into the scratch database", ex);
		}
	}

	private static JdbcClient client(Connection connection) {
		return JdbcClient.create(new SingleConnectionDataSource(connection, true));
	}

	private static void copy(String table, long sample, Connection from, Connection to)
			throws SQLException, IOException {
		if (sample == 0) {
			return;
		}
		String columns = String.join(", ", client(to).sql(COLUMNS).param(table).query(String.class).list());
		if (columns.isEmpty()) {
			return;
		}
		String limit = (sample == Long.MAX_VALUE) ? "" : " LIMIT " + sample;
		CopyManager source = from.unwrap(PGConnection.class).getCopyAPI();
		CopyManager target = to.unwrap(PGConnection.class).getCopyAPI();
		try (PipedInputStream input = new PipedInputStream(1 << 16);
				PipedOutputStream output = new PipedOutputStream(input)) {
			CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
				try (output) {
					source.copyOut("COPY (SELECT %s FROM %s%s) TO STDOUT".formatted(columns, table, limit), output);
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
			target.copyIn("COPY %s (%s) FROM STDIN".formatted(table, columns), input);
			reading.join();
		}
	}

	// What is removed can make others orphans
	private static void removeOrphans(JdbcClient target, List<ForeignKey> keys) {
		boolean removed = true;
		while (removed) {
			removed = false;
			for (ForeignKey key : keys) {
				removed |= target
					.sql("DELETE FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)".formatted(key.child(),
							key.filled(), key.parent(), key.match()))
					.update() > 0;
			}
		}
	}

	private static void copySequences(JdbcClient source, JdbcClient target) {
		Set<String> there = Set.copyOf(target.sql("SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences")
			.query(String.class)
			.list());
		source.sql(SEQUENCES).query((row) -> {
			if (there.contains(row.getString("name"))) {
				target.sql("SELECT setval(?::regclass, ?)")
					.param(row.getString("name"))
					.param(row.getLong("last_value"))
					.query()
					.listOfRows();
			}
		});
	}

	/**
	 * A foreign key.
	 *
	 * @param child the table that has it
	 * @param parent the table that it refers to
	 * @param name its quoted name
	 * @param definition its definition
	 * @param match what joins the tables, as {@code c} and {@code p}
	 * @param filled what must hold for it to refer to something
	 */
	record ForeignKey(String child, String parent, String name, String definition, String match, String filled) {

	}

}
