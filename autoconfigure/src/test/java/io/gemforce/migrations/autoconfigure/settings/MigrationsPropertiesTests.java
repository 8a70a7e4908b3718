package io.gemforce.migrations.autoconfigure.settings;

import java.time.Duration;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.autoconfigure.GemMigrations;
import io.gemforce.migrations.run.MigrationMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MigrationsProperties}.
 */
@ExtendWith(TestDatabases.class)
class MigrationsPropertiesTests {

	@Test
	void haveTheDocumentedDefaults() {
		MigrationsProperties properties = new MigrationsProperties();
		assertThat(properties.isEnabled()).isTrue();
		assertThat(properties.getMode()).isEqualTo(MigrationMode.MIGRATE);
		assertThat(properties.getMongo().isEnabled()).isTrue();
		assertThat(properties.getMongo().getDatabase()).isNull();
		assertThat(properties.getMongo().getHistoryCollection()).isEqualTo("migration_history");
		assertThat(properties.getMongo().getLockCollection()).isEqualTo("migration_lock");
		assertThat(properties.getPostgres().isEnabled()).isTrue();
		assertThat(properties.getPostgres().isAlwaysMigrate()).isFalse();
		assertThat(properties.getPostgres().getUndoLocations()).isNull();
		assertThat(properties.getPostgres().isRerunRepeatablesAfterRollback()).isTrue();
		assertThat(properties.getLock().getWaitTimeout()).isEqualTo(Duration.ofMinutes(10));
		assertThat(properties.getLock().getLease()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.getEndpoint().getSnapshotMaxAge()).isEqualTo(Duration.ofSeconds(5));
	}

	@Test
	void areAllDescribed() throws Exception {
		JsonNode metadata = JsonMapper.builder()
			.build()
			.readTree(new ClassPathResource("META-INF/spring-configuration-metadata.json").getInputStream());
		assertThat(StreamSupport.stream(metadata.get("properties").spliterator(), false)
			.filter((property) -> property.get("name").asString().startsWith("gemforce."))).hasSizeGreaterThan(9)
			.allSatisfy((property) -> assertThat(property.path("description").asString()).as(property.toString())
				.endsWith("."));
	}

	@Test
	void refuseALeaseThatIsTooShort(MongoTestDatabase mongo) {
		TestContexts.with(mongo)
			.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("gemforce.migrations.lock.lease=10ms")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("gemforce.migrations.lock.lease")
				.hasMessageContaining("A lease is at least PT1S"));
	}

}
