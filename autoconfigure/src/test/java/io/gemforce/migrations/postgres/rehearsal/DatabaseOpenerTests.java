package io.gemforce.migrations.postgres.rehearsal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link DatabaseOpener}.
 */
class DatabaseOpenerTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "jdbc:postgresql://db:5432/gems | jdbc:postgresql://db:5432/other",
			"jdbc:postgresql://db/gems?ssl=true&user=a/b | jdbc:postgresql://db/other?ssl=true&user=a/b",
			"jdbc:postgresql://one:1,two:2/gems | jdbc:postgresql://one:1,two:2/other",
			"jdbc:postgresql://db/ | jdbc:postgresql://db/other", "jdbc:postgresql://db | jdbc:postgresql://db/other",
			"jdbc:postgresql:gems | jdbc:postgresql:other" })
	void replacesTheDatabaseAndNothingElse(String url, String replaced) {
		assertThat(DatabaseOpener.replaceDatabase(url, "other")).isEqualTo(replaced);
	}

	@Test
	void knowsPostgreSqlOnly() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> DatabaseOpener.replaceDatabase("jdbc:h2:mem:gems", "other"));
	}

}
