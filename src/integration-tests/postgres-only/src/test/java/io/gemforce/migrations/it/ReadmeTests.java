package io.gemforce.migrations.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README tells users the exclusions that this service was tested with.
 */
class ReadmeTests {

	@Test
	void givesTheseExclusions() throws IOException {
		String pom = withoutSpace(Path.of("pom.xml"));
		String exclusions = pom.substring(pom.indexOf("<exclusions>"), pom.indexOf("</exclusions>"));
		assertThat(withoutSpace(Path.of("../../../README.md"))).contains(exclusions);
	}

	private static String withoutSpace(Path file) throws IOException {
		return Files.readString(file).replaceAll("\\s", "");
	}

}
