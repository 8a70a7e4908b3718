package io.gemforce.migrations.postgres.sql;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PsqlCommand}.
 */
class PsqlCommandTests {

	@ParameterizedTest
	@ValueSource(strings = { "\\restrict abc\nSELECT 1;", "\\connect other", "\\copy t FROM 'x'", "\\.",
			"SELECT 'a\\' \\gset", "SELECT 1 \\g", "SELECT $a$ $b$ $a$ \\x", "SELECT a$b$ \\x $b$", "/* /* */ */ \\x",
			"COPY t FROM STDIN;\na\\tb\n\\.\n\\unrestrict abc", "SELECT e'\\'' ; \\q", "COPY t TO STDOUT; \\x" })
	void metaCommandIsFound(String sql) {
		assertThat(PsqlCommand.find("V1__a.sql", sql)).isPresent();
	}

	@ParameterizedTest
	@ValueSource(strings = { "SELECT 1;", "SELECT '\\restrict', 'it''s \\ here';", "SELECT E'\\\\ \\' \\x';",
			"SELECT U&'\\0061', \"a \\ b\";", "-- \\restrict\nSELECT 1;", "/* \\a /* \\b */ \\c */ SELECT 1;",
			"DO $$ BEGIN RAISE NOTICE '\\x'; END $$;", "SELECT $t$ \\x $$ \\y $t$;", "SELECT '\\x' -- it's\n;",
			"COPY t (a) FROM STDIN;\na\\tb\t\\N\n\\.\nSELECT 1;",
			"copy t from stdin with (format csv);\n\\x\n\\.\r\nSELECT 1;", "SELECT '", "/* \\x", "$$ \\x" })
	void backslashOfSqlIsNone(String sql) {
		assertThat(PsqlCommand.find("V1__a.sql", sql)).isEmpty();
	}

	@Test
	void lineIsNamed() {
		assertThat(PsqlCommand.find("V1__a.sql", "-- a dump\n\n\\restrict secret\n").orElseThrow().describe())
			.isEqualTo("line 3 of V1__a.sql is a psql meta command, '\\restrict', and no SQL");
	}

}
