package io.gemforce.migrations;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Secrets}.
 */
class SecretsTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"mongodb://ann:s3cr3t@db-1:27017,db-2/gems | mongodb://***@db-1:27017,db-2/gems",
			"mongodb+srv://ann:s3cr3t@cluster/gems | mongodb+srv://***@cluster/gems",
			"jdbc:postgresql://db/gems?user=ann&password=s3cr3t&ssl=true | jdbc:postgresql://db/gems?user=ann&password=***&ssl=true",
			"jdbc:postgresql://ann:s3cr3t@db/gems | jdbc:postgresql://***@db/gems",
			"CREATE ROLE ann PASSWORD 's3cr3t' LOGIN | CREATE ROLE ann PASSWORD *** LOGIN",
			"{pwd: \"s3cr3t\", user: \"ann\"} | {pwd: \"***\", user: \"ann\"}",
			"password authentication failed for user ann | password authentication failed for user ann" })
	void masksCredentialsAndNothingElse(String text, String masked) {
		assertThat(Secrets.mask(text)).isEqualTo(masked).doesNotContain("s3cr3t");
	}

}
