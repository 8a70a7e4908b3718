package io.gemforce.migrations.postgres.undo;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.support.SqlScripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link UndoScriptFinder}.
 */
class UndoScriptFinderTests {

	@TempDir
	private Path root;

	@TempDir
	private Path anotherRoot;

	@Test
	void findsScriptsInAllRootsOfTheClassPathAndInSubFolders() throws IOException {
		scripts(this.root, "db/undo").write("U1__a.sql", "SELECT 1;").write("notes.txt", "no script");
		scripts(this.anotherRoot, "db/undo/2026").write("U1_1__a.sql", "SELECT 1;")
			.write("U1_1__a.sql.conf", "executeInTransaction=false");
		UndoScripts found = find(null);
		assertThat(found.find(version("1"))).get().extracting(UndoScript::name).isEqualTo("U1__a.sql");
		assertThat(found.find(version("1.1"))).get().satisfies((script) -> {
			assertThat(script.name()).isEqualTo("U1_1__a.sql");
			assertThat(script.settings()).isNotNull();
		});
		assertThat(found.find(version("2"))).isEmpty();
	}

	@Test
	void takesAVersionForWhatItMeans() throws IOException {
		scripts(this.root, "db/undo").write("U01_0__a.sql", "SELECT 1;");
		assertThat(find(null).find(version("1"))).isPresent();
	}

	@Test
	void findsScriptsInTheLocationsOfTheUsers() throws IOException {
		scripts(this.root, "elsewhere").write("U1__a.sql", "SELECT 1;");
		scripts(this.anotherRoot, "on disk").write("U2__b.sql", "SELECT 1;");
		UndoScripts found = find(List.of("classpath:/elsewhere/", "filesystem:" + this.anotherRoot.resolve("on disk")));
		assertThat(found.find(version("1"))).isPresent();
		assertThat(found.find(version("2"))).isPresent();
	}

	@Test
	void findsAScriptOnceWhereLocationsOverlap() throws IOException {
		scripts(this.root, "db/undo/2026").write("U1__a.sql", "SELECT 1;");
		assertThat(find(List.of("classpath:db/undo", "classpath:db/undo/2026")).find(version("1"))).isPresent();
	}

	@Test
	void defaultLocationNeedNotExist() throws IOException {
		assertThat(find(null).find(version("1"))).isEmpty();
	}

	@Test
	void locationThatTheUserNamedHasToExist() throws IOException {
		String missing = "filesystem:" + this.root.resolve("missing");
		scripts(this.root, "empty");
		assertThatProblems(List.of("classpath:db/nowhere", missing, "classpath:empty")).satisfiesExactly(
				(problem) -> assertThatIs(problem, ProblemCode.NO_MIGRATIONS_FOUND,
						"The undo location 'classpath:db/nowhere' does not exist"),
				(problem) -> assertThatIs(problem, ProblemCode.NO_MIGRATIONS_FOUND, missing));
	}

	@Test
	void misnamedFilesAreAllFound() throws IOException {
		scripts(this.root, "db/undo").write("U1_missing_underscore.sql", "SELECT 1;")
			.write("u2__lower_case.sql", "SELECT 1;")
			.write("V3__up.sql", "SELECT 1;")
			.write("U__no_version.sql", "SELECT 1;")
			.write("U4__.sql", "SELECT 1;")
			.write("U5__upper_case.SQL", "SELECT 1;")
			.write("R__repeatable.sql", "SELECT 1;")
			.write("U6__alone.sql.conf", "executeInTransaction=false");
		assertThatProblems(null).hasSize(8)
			.allSatisfy((problem) -> assertThat(problem.code()).isEqualTo(ProblemCode.MALFORMED_NAME))
			.anySatisfy((problem) -> assertThat(problem.message()).contains("u2__lower_case.sql"))
			.anySatisfy((problem) -> assertThat(problem.message())
				.contains("U6__alone.sql.conf configures an undo script"));
	}

	@Test
	void twoScriptsOfOneVersion() throws IOException {
		scripts(this.root, "db/undo").write("U1__a.sql", "SELECT 1;");
		scripts(this.anotherRoot, "db/undo/sub").write("U1_0__b.sql", "SELECT 1;");
		assertThatProblems(null).singleElement()
			.satisfies((problem) -> assertThatIs(problem, ProblemCode.DUPLICATE_VERSION, "U1__a.sql", "U1_0__b.sql"));
	}

	private static Version version(String text) {
		return Version.parse(text).orElseThrow();
	}

	private void assertThatIs(Problem problem, ProblemCode code, String... contained) {
		assertThat(problem.code()).isEqualTo(code);
		assertThat(problem.message()).contains("Store 'postgres'").contains(contained);
	}

	private ListAssert<Problem> assertThatProblems(List<String> locations) {
		return assertThat(catchThrowableOfType(MigrationException.class, () -> find(locations)).getProblems());
	}

	private UndoScripts find(List<String> locations) throws IOException {
		URL[] roots = { this.root.toUri().toURL(), this.anotherRoot.toUri().toURL() };
		try (URLClassLoader classLoader = new URLClassLoader(roots, getClass().getClassLoader())) {
			return new UndoScriptFinder(classLoader, StandardCharsets.UTF_8).find(locations);
		}
	}

	private static SqlScripts scripts(Path root, String folder) {
		return SqlScripts.in(root.resolve(folder));
	}

}
