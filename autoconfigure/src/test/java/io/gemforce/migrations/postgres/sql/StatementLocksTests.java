package io.gemforce.migrations.postgres.sql;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StatementLocks}.
 */
class StatementLocksTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					ALTER TABLE gem ADD COLUMN carat int                              | ACCESS EXCLUSIVE on gem (ALTER TABLE)
					alter table if exists only "my Gem" * drop column b               | ACCESS EXCLUSIVE on "my Gem" (ALTER TABLE)
					ALTER TABLE gem VALIDATE CONSTRAINT c                             | SHARE UPDATE EXCLUSIVE on gem (ALTER TABLE)
					ALTER TABLE gem ALTER COLUMN a SET STATISTICS 100, SET (fillfactor = 70) | SHARE UPDATE EXCLUSIVE on gem (ALTER TABLE)
					ALTER TABLE gem VALIDATE CONSTRAINT c, ADD COLUMN b numeric(10, 2) | ACCESS EXCLUSIVE on gem (ALTER TABLE)
					ALTER TABLE gem DISABLE TRIGGER ALL                               | SHARE ROW EXCLUSIVE on gem (ALTER TABLE)
					ALTER TABLE s.gem ADD FOREIGN KEY (a) REFERENCES s.owner (id)     | SHARE ROW EXCLUSIVE on s.gem (ALTER TABLE); SHARE ROW EXCLUSIVE on s.owner (REFERENCES)
					CREATE TABLE t (id int REFERENCES owner, x int REFERENCES "a b"(id)) | SHARE ROW EXCLUSIVE on owner (REFERENCES); SHARE ROW EXCLUSIVE on "a b" (REFERENCES)
					CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)                  | ACCESS EXCLUSIVE on p (PARTITION OF)
					CREATE UNIQUE INDEX i ON gem (a)                                  | SHARE on gem (CREATE INDEX)
					CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY gem (a)         | SHARE UPDATE EXCLUSIVE on gem (CREATE INDEX CONCURRENTLY)
					DROP INDEX IF EXISTS i                                            | ACCESS EXCLUSIVE on the table of index i (DROP INDEX)
					DROP INDEX CONCURRENTLY i                                         | SHARE UPDATE EXCLUSIVE on the table of index i (DROP INDEX CONCURRENTLY)
					DROP TABLE a, b CASCADE                                           | ACCESS EXCLUSIVE on a, b (DROP TABLE)
					TRUNCATE gem                                                      | ACCESS EXCLUSIVE on gem (TRUNCATE)
					LOCK TABLE gem IN SHARE MODE                                      | SHARE on gem (LOCK)
					LOCK gem                                                          | ACCESS EXCLUSIVE on gem (LOCK)
					CREATE OR REPLACE VIEW v AS SELECT 1                              | ACCESS EXCLUSIVE on v (CREATE OR REPLACE VIEW)
					REFRESH MATERIALIZED VIEW v                                       | ACCESS EXCLUSIVE on v (REFRESH MATERIALIZED VIEW)
					CREATE TRIGGER t BEFORE UPDATE OF a ON gem FOR EACH ROW EXECUTE FUNCTION f() | SHARE ROW EXCLUSIVE on gem (CREATE TRIGGER)
					INSERT INTO gem VALUES (1)                                        | ROW EXCLUSIVE on gem (INSERT)
					UPDATE ONLY gem SET a = 1                                         | ROW EXCLUSIVE on gem (UPDATE)
					DELETE FROM gem                                                   | ROW EXCLUSIVE on gem (DELETE)
					COPY gem (a, b) FROM STDIN                                        | ROW EXCLUSIVE on gem (COPY)
					WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x | ROW EXCLUSIVE on a (DELETE); ROW EXCLUSIVE on b (INSERT)
					COMMENT ON COLUMN s.gem.a IS 'DROP TABLE x'                       | SHARE UPDATE EXCLUSIVE on s.gem (COMMENT)
					VACUUM (FULL, ANALYZE) gem                                        | ACCESS EXCLUSIVE on gem (VACUUM FULL)
					VACUUM ANALYZE gem                                                | SHARE UPDATE EXCLUSIVE on gem (VACUUM)
					REINDEX INDEX CONCURRENTLY i                                      | SHARE UPDATE EXCLUSIVE on the table of index i (REINDEX CONCURRENTLY)
					DO 'BEGIN DROP TABLE x; END'                                      | unknown (DO '')
					SELECT change_everything()                                        | unknown (SELECT CHANGE_EVERYTHING())
					DROP SCHEMA s CASCADE                                             | unknown (DROP SCHEMA)
					ALTER DOMAIN d SET NOT NULL                                       | unknown (ALTER DOMAIN)
					""")
	void tellsWhatAStatementLocks(String statement, String locks) {
		assertThat(String.join("; ", StatementLocks.of(List.of(statement)))).isEqualTo(locks);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			CREATE TABLE gem (id int)
			CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql
			ALTER TYPE colour ADD VALUE 'red'
			SELECT * FROM gem
			CREATE SCHEMA s
			GRANT SELECT ON gem TO ann
			SET search_path = s
			""")
	void tellsNothingWhereNothingIsLockedThatIsThere(String statement) {
		assertThat(StatementLocks.of(List.of(statement))).isEmpty();
	}

	@Test
	void isNotMisledByCommentsAndConstants() {
		assertThat(StatementLocks.of(List.of("""
				-- DROP TABLE x;
				/* DROP /* TABLE */ y; */
				UPDATE gem -- no
				SET a = 'it''s ALTER TABLE z', b = E'\\'' , c = $body$ DROP TABLE w $body$""")))
			.containsExactly("ROW EXCLUSIVE on gem (UPDATE)");
	}

	@Test
	void isNotMisledByNamesThatEndLikeAConstantBegins() {
		assertThat(StatementLocks.of(List.of("""
				WITH x AS (DELETE FROM a WHERE name LIKE'%\\' RETURNING *) INSERT INTO b SELECT * FROM x""")))
			.containsExactly("ROW EXCLUSIVE on a (DELETE)", "ROW EXCLUSIVE on b (INSERT)");
		assertThat(StatementLocks.of(List.of("""
				WITH x AS (DELETE FROM a WHERE a_$x$ = 1 RETURNING *) INSERT INTO b SELECT a_$x$ FROM x""")))
			.containsExactly("ROW EXCLUSIVE on a (DELETE)", "ROW EXCLUSIVE on b (INSERT)");
	}

	@Test
	void tellsEachLockOnce() {
		assertThat(StatementLocks.of(List.of("UPDATE gem SET a = 1", "UPDATE gem SET b = 2", "DROP TABLE gem")))
			.containsExactly("ROW EXCLUSIVE on gem (UPDATE)", "ACCESS EXCLUSIVE on gem (DROP TABLE)");
	}

}
