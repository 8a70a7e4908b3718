package io.gemforce.migrations.autoconfigure.settings;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;

import io.gemforce.migrations.StoreName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EffectiveSettings}.
 */
class EffectiveSettingsTests {

	private static final List<StoreName> STORES = List.of(StoreName.values());

	private final StandardEnvironment environment = new StandardEnvironment();

	@Test
	void saysWhatIsDefault() {
		assertThat(settings().describe(STORES, Object::toString))
			.isEqualTo("migrations: postgres=migrate (default), mongo=migrate (default)");
	}

	@Test
	void saysWhichFileAndLineDecided() throws Exception {
		load("application-prod.yaml", """
				# production
				gemforce.migrations:
				  mode: validate
				  mongo:
				    enabled: false
				""");
		assertThat(settings().describe(STORES, Object::toString))
			.isEqualTo("migrations: postgres=validate (application-prod.yaml:3), mongo=off (application-prod.yaml:5)");
		assertThat(settings().disabled()).containsExactly(StoreName.MONGO);
	}

	@Test
	void saysThatFlywayIsOff() throws Exception {
		load("application.yaml", "spring.flyway.enabled: false");
		assertThat(settings().describe(STORES, Object::toString))
			.isEqualTo("migrations: postgres=off (application.yaml:1), mongo=migrate (default)");
	}

	@Test
	void saysWhichPropertyDecidedWhereItsOriginIsNotKnown() {
		TestPropertyValues.of("gemforce.migrations.enabled=false").applyTo(this.environment);
		assertThat(settings().describe(STORES, Object::toString)).contains("postgres=off (", "mongo=off (");
		assertThat(settings().disabled()).containsExactly(StoreName.POSTGRES, StoreName.MONGO);
	}

	private void load(String name, String yaml) throws Exception {
		new YamlPropertySourceLoader().load(name, new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)) {

			@Override
			public String getFilename() {
				return name;
			}

		}).forEach(this.environment.getPropertySources()::addFirst);
	}

	private EffectiveSettings settings() {
		ConfigurationPropertySources.attach(this.environment);
		MigrationsProperties properties = Binder.get(this.environment)
			.bindOrCreate("gemforce.migrations", MigrationsProperties.class);
		return new EffectiveSettings(this.environment, properties);
	}

}
