package io.gemforce.migrations.mongo.discovery;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.change.ChangeFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MigrationDiscovery}.
 */
class MigrationDiscoveryTests {

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	@Test
	void findsBeansInTheOrderOfTheirVersions() {
		register("late", Tenth.class);
		register("early", Second.class);
		DiscoveredMigrations discovered = discovery().discover();
		assertThat(discovered.problems()).isEmpty();
		assertThat(discovered.migrations()).extracting((migration) -> migration.version().toString())
			.containsExactly("2", "10");
	}

	@Test
	void versionThatTwoBeansHaveIsAProblemThatNamesBoth() {
		register("one", Second.class);
		register("other", SecondAgain.class);
		assertThat(discovery().discover().problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.code()).isEqualTo(ProblemCode.DUPLICATE_VERSION);
			assertThat(problem.message()).contains("Second", "SecondAgain");
		});
	}

	@Test
	void createsNoBeanBeforeItsTime() {
		register("second", Second.class);
		assertThat(discovery().discoverEarly().migrations()).hasSize(1);
		assertThat(this.beanFactory.containsSingleton("second")).isFalse();
	}

	private void register(String name, Class<?> type) {
		this.beanFactory.registerBeanDefinition(name, new RootBeanDefinition(type));
	}

	private MigrationDiscovery discovery() {
		return new MigrationDiscovery(this.beanFactory, "initializer",
				() -> ChangeFiles.find(new PathMatchingResourcePatternResolver(), List.of(), false));
	}

	@Migration(version = "2", description = "second")
	static class Second implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
		}

	}

	@Migration(version = "2", description = "second again")
	static class SecondAgain extends Second {

	}

	@Migration(version = "10", description = "tenth")
	static class Tenth extends Second {

	}

}
