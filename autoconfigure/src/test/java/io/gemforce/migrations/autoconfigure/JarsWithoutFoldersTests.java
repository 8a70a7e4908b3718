package io.gemforce.migrations.autoconfigure;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Files in a jar that has no entries for its folders are found, or it is said that they
 * are not.
 */
@ExtendWith(TestDatabases.class)
class JarsWithoutFoldersTests {

	private static final String MANIFEST = "Manifest-Version: 1.0\n\n";

	private final Path jar;

	private URLClassLoader classLoader;

	JarsWithoutFoldersTests(@TempDir Path folder) {
		this.jar = folder.resolve("library.jar");
	}

	@BeforeEach
	void open() throws IOException {
		this.classLoader = new URLClassLoader(new URL[] { this.jar.toUri().toURL() }, getClass().getClassLoader());
	}

	@Test
	void changeFilesAreFound(MongoTestDatabase mongo) throws IOException {
		write(Map.of("db/library/sub/V1__library.yaml", "changes:\n  - createCollection: {collection: library}\n"));
		TestContexts.with(mongo)
			.withClassLoader(this.classLoader)
			.withPropertyValues("gemforce.migrations.mongo.locations=classpath:db/library")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(mongo.database().listCollectionNames()).contains("library");
			});
	}

	@Test
	void undoScriptsAreFound(PostgresTestDatabase postgres) throws IOException {
		write(Map.of("db/library-undo/U2__add_carat.sql", "ALTER TABLE gem DROP COLUMN carat;"));
		service(postgres).withPropertyValues("gemforce.migrations.postgres.undo-locations=classpath:db/library-undo")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Migrations.class)
					.planRollback(new RollbackTarget.ToVersion(StoreName.POSTGRES, Version.parse("1").orElseThrow())))
					.singleElement()
					.satisfies((rollback) -> assertThat(rollback.steps()).singleElement()
						.satisfies((step) -> assertThat(step.undo().available()).isTrue()));
			});
	}

	@Test
	void scriptsThatFlywayDoesNotFindStopTheStart(PostgresTestDatabase postgres) throws IOException {
		write(Map.of("db/gems/V3__library.sql", "SELECT 1;"));
		service(postgres).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.NO_MIGRATIONS_FOUND);
			assertThat(failure.description()).contains("library.jar!/db/gems/V3__library.sql",
					"Database state: unchanged");
		});
	}

	private ApplicationContextRunner service(PostgresTestDatabase postgres) {
		return TestContexts.with(postgres).withClassLoader(this.classLoader);
	}

	private void write(Map<String, String> files) throws IOException {
		try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(this.jar))) {
			put(out, "META-INF/MANIFEST.MF", MANIFEST);
			for (Map.Entry<String, String> file : files.entrySet()) {
				put(out, file.getKey(), file.getValue());
			}
		}
	}

	private static void put(ZipOutputStream out, String name, String content) throws IOException {
		out.putNextEntry(new ZipEntry(name));
		out.write(content.getBytes(StandardCharsets.UTF_8));
	}

}
