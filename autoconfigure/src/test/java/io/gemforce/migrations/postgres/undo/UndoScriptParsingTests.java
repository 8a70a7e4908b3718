package io.gemforce.migrations.postgres.undo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Undo scripts that are hard to take apart: each leaves a note of having been executed to
 * its end.
 */
@ExtendWith(TestDatabases.class)
class UndoScriptParsingTests {

	private static final String NOTE = "INSERT INTO note VALUES ('%s');\n";

	private static final List<Script> SCRIPTS = List.of(script("dollar quoted body", """
			CREATE FUNCTION f1() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE plpgsql;
			"""), script("tagged dollar quotes within each other", """
			CREATE FUNCTION f2() RETURNS text AS $outer$ BEGIN RETURN $inner$;$$;$inner$; END; $outer$ LANGUAGE plpgsql;
			"""), script("anonymous block", """
			DO $$ DECLARE n int; BEGIN SELECT 1 INTO n; IF n = 1 THEN PERFORM 1; END IF; END $$;
			"""), script("standard body", """
			CREATE FUNCTION f3(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT n + 1; END;
			"""), script("standard body with a case", """
			CREATE FUNCTION f4(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC
				SELECT CASE WHEN n = 1 THEN 2 ELSE 3 END;
			END;
			"""), script("standard body of a procedure", """
			CREATE PROCEDURE p1() LANGUAGE sql BEGIN ATOMIC
				INSERT INTO target VALUES (1, 'p');
				UPDATE target SET name = CASE WHEN id = 1 THEN 'q' ELSE name END;
			END;
			"""), script("nested comments", """
			/* one; /* two; */ still a comment; */
			INSERT INTO target VALUES (2, 'x'); -- a comment; no statement
			"""),
			script("comment at the end without a line end", "INSERT INTO target VALUES (3, 'x'); -- the end; really"),
			script("semicolons in constants", """
					INSERT INTO target VALUES (4, 'a;b;''c;'), (5, E'it\\'s; here'), (6, U&'\\0061;');
					"""),
			script("constant over several lines", "INSERT INTO target VALUES (7, 'first;\n\n-- second\n/* third');\n"),
			script("quoted names", """
					CREATE TABLE "semi;colon ""quoted\""" ("a;b" int);
					"""),
			script("rule with several commands",
					"""
							CREATE RULE r1 AS ON UPDATE TO target DO ALSO (DELETE FROM note WHERE false; DELETE FROM note WHERE false);
							"""),
			script("copy", "COPY target (id, name) FROM STDIN;\n8\ttab;bed\n9\t\\N\n10\t-- no comment\n\\.\n"),
			script("copy as csv", "COPY target FROM STDIN WITH (FORMAT csv);\n11,\"a;b\"\n\\.\n"),
			script("byte order mark", "\uFEFFINSERT INTO target VALUES (12, 'x');\n"),
			script("line ends of Windows", "INSERT INTO target\r\nVALUES (13, 'x');\r\n-- comment;\r\n"),
			script("letters of all kinds", """
					INSERT INTO target VALUES (14, 'Grüße; 日本語 🙂');
					"""), script("placeholder", """
					INSERT INTO ${table} VALUES (15, '${flyway:defaultSchema}');
					"""),
			script("trigger",
					"""
							CREATE FUNCTION f5() RETURNS trigger AS $$ BEGIN NEW.name := 'a;b'; RETURN NEW; END; $$ LANGUAGE plpgsql;
							CREATE TRIGGER t1 BEFORE INSERT ON target FOR EACH ROW WHEN (NEW.id < 0) EXECUTE FUNCTION f5();
							"""),
			script("operators that look like comments and quotes",
					"""
							INSERT INTO target SELECT 16, ('{"a": 1}'::jsonb ->> 'a') WHERE '{"a": 1}'::jsonb ? 'a' AND 5 --comment
								- -1 = 6;
							"""),
			script("no semicolon at the end", "INSERT INTO target VALUES (17, 'x')")
				.withoutNote("SELECT count(*) FROM target WHERE id = 17"),
			script("index dropped concurrently", "DROP INDEX CONCURRENTLY target_name;")
				.withoutNote("SELECT CASE WHEN to_regclass('target_name') IS NULL THEN 1 ELSE 0 END"),
			script("vacuum", "VACUUM (ANALYZE) target;").withoutNote("SELECT 1"));

	private final TestStore store;

	UndoScriptParsingTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder);
	}

	@Test
	void areExecutedToTheirEnd() {
		this.store.migration("V0__target.sql", """
				CREATE TABLE note (name text);
				CREATE TABLE target (id int, name text);
				CREATE INDEX target_name ON target (name);
				""").configured((configuration) -> configuration.placeholders(Map.of("table", "target")));
		for (int i = 0; i < SCRIPTS.size(); i++) {
			Script script = SCRIPTS.get(i);
			this.store.migration("V%d__up.sql".formatted(i + 1), "SELECT 1;");
			this.store.undo("U%d__down.sql".formatted(i + 1), script.text());
		}
		this.store.migrate();
		FlywayMigrationStore instance = this.store.start();
		StoreRollback plan = instance.planRollback(TestStore.to("0"));
		assertThat(plan.steps()).hasSize(SCRIPTS.size())
			.filteredOn((step) -> Boolean.FALSE.equals(step.work().transactional()))
			.hasSize(2);
		instance.rollback(TestStore.to("0"), this.store.run(), PlanGuard.open(), null);
		List<String> expected = new ArrayList<>();
		SCRIPTS.forEach((script) -> {
			if (script.proof() == null) {
				expected.add(script.name());
			}
			else {
				assertThat(this.store.client().sql(script.proof()).query(Integer.class).single()).as(script.name())
					.isOne();
			}
		});
		assertThat(this.store.client().sql("SELECT name FROM note").query(String.class).list())
			.containsExactlyInAnyOrderElementsOf(expected);
		assertThat(this.store.client()
			.sql("SELECT name FROM target WHERE id IN (8, 14, 15) ORDER BY id")
			.query(String.class)
			.list()).containsExactly("tab;bed", "Grüße; 日本語 🙂", "public");
		this.store.close();
	}

	private static Script script(String name, String text) {
		return new Script(name, text, null);
	}

	/**
	 * A script.
	 *
	 * @param name what is hard about it
	 * @param sql the script
	 * @param proof a query that returns 1 if the script was executed, {@code null} if it
	 * leaves a note
	 */
	private record Script(String name, String sql, String proof) {

		Script withoutNote(String proof) {
			return new Script(this.name, this.sql, proof);
		}

		String text() {
			String note = (this.proof != null) ? "" : "\n" + NOTE.formatted(this.name);
			return this.sql + note;
		}

	}

}
