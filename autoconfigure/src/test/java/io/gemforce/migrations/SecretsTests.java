package io.gemforce.migrations;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
			"{pwd: \"s3cr3t\", user: \"ann\"} | {pwd: ***, user: \"ann\"}",
			"mongodb://ann:p@s3cr3t@host/gems | mongodb://***@host/gems",
			"mongodb://ann:p/s3cr3t@host/gems | mongodb://***@host/gems",
			"jdbc:postgresql://db/gems?sslpassword=s3cr3t | jdbc:postgresql://db/gems?sslpassword=***",
			"mongodb://db/?tlsCertificateKeyFilePassword=s3cr3t | mongodb://db/?tlsCertificateKeyFilePassword=***",
			"db_password=s3cr3t PGPASSWORD=s3cr3t | db_password=*** PGPASSWORD=***",
			"ALTER USER ann PASSWORD E's3cr3t' | ALTER USER ann PASSWORD ***",
			"ALTER USER ann PASSWORD $$s3cr3t$$ | ALTER USER ann PASSWORD ***",
			"password='s3cr3t s3cr3t' | password=***",
			"password authentication failed for user ann | password authentication failed for user ann" })
	void masksCredentialsAndNothingElse(String text, String masked) {
		assertThat(Secrets.mask(text)).isEqualTo(masked).doesNotContain("s3cr3t");
	}

	// Letter by letter, this would take hours
	@Test
	@Timeout(30)
	void masksALongWordInTimeThatGrowsWithItsLength() {
		String word = "x".repeat(1_000_000);
		assertThat(Secrets.mask(word)).isEqualTo(word);
		assertThat(Secrets.mask(word + "password=s3cr3t")).isEqualTo(word + "password=***");
	}

}
