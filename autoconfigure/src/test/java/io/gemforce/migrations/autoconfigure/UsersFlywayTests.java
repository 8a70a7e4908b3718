package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for Flyways, strategies, callbacks and settings of the user's own.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class UsersFlywayTests {

	/**
	 * Flyway's transactional lock needs a second connection, callbacks around a run a
	 * third.
	 */
	private static final String LARGER_POOL = "spring.datasource.hikari.maximum-pool-size=3";

	private final PostgresTestDatabase postgres;

	private final ApplicationContextRunner contextRunner;

	UsersFlywayTests(PostgresTestDatabase postgres) {
		this.postgres = postgres;
		this.contextRunner = TestContexts.with(postgres);
	}

	@Test
	void appliesSaferDefaults() {
		this.contextRunner.withPropertyValues("gemforce.migrations.lock.wait-timeout=7m").run((context) -> {
			org.flywaydb.core.api.configuration.Configuration configuration = context.getBean(Flyway.class)
				.getConfiguration();
			assertThat(configuration.isValidateMigrationNaming()).isTrue();
			assertThat(configuration.isFailOnMissingLocations()).isTrue();
			assertThat(configuration.getLockRetryCount()).isEqualTo(420);
			assertThat(configuration.getPluginRegister()
				.getExact(PostgreSQLConfigurationExtension.class)
				.isTransactionalLock()).isFalse();
		});
	}

	@Test
	void usersPropertiesWinOverTheDefaults() {
		this.contextRunner
			.withPropertyValues("spring.flyway.postgresql.transactional-lock=true",
					"spring.flyway.validate-migration-naming=false", "spring.flyway.fail-on-missing-locations=false",
					"spring.flyway.lock-retry-count=3", LARGER_POOL)
			.run((context) -> {
				org.flywaydb.core.api.configuration.Configuration configuration = context.getBean(Flyway.class)
					.getConfiguration();
				assertThat(configuration.isValidateMigrationNaming()).isFalse();
				assertThat(configuration.isFailOnMissingLocations()).isFalse();
				assertThat(configuration.getLockRetryCount()).isEqualTo(3);
				assertThat(configuration.getPluginRegister()
					.getExact(PostgreSQLConfigurationExtension.class)
					.isTransactionalLock()).isTrue();
				assertThat(states()).containsExactly("1 APPLIED", "2 APPLIED", "gem view APPLIED");
			});
	}

	@Test
	void usersCustomizerWinsOverTheDefaults() {
		this.contextRunner
			.withBean(FlywayConfigurationCustomizer.class,
					() -> (configuration) -> configuration.validateMigrationNaming(false).lockRetryCount(4))
			.run((context) -> {
				org.flywaydb.core.api.configuration.Configuration configuration = context.getBean(Flyway.class)
					.getConfiguration();
				assertThat(configuration.isValidateMigrationNaming()).isFalse();
				assertThat(configuration.getLockRetryCount()).isEqualTo(4);
			});
	}

	@Test
	void oneFlywayOfTheUsersIsMigratedBeforeUsersOfJdbc() {
		this.contextRunner.withPropertyValues(LARGER_POOL)
			.withUserConfiguration(OneFlyway.class, ReaderConfiguration.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Reader.class).gems()).isZero();
				assertThat(states()).containsExactly("1 APPLIED", "2 APPLIED", "gem view APPLIED");
				assertThat(context.getBeanFactory().getBeanDefinition("jdbcTemplate").getDependsOn())
					.contains("postgresMigrationInitializer");
			});
	}

	@Test
	void oneFlywayOfTheUsersIsLeftAloneWhereTheStoreIsDisabled() {
		this.contextRunner.withUserConfiguration(OneFlyway.class)
			.withPropertyValues("spring.flyway.enabled=false")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(tables()).isEmpty();
			});
	}

	@Test
	void ofSeveralFlywaysNoneIsTouched(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(SeveralFlyways.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(tables()).isEmpty();
			assertThat(output).contains(
					"Store 'postgres' is not migrated: the application has 2 beans of type Flyway (firstFlyway, secondFlyway)");
		});
	}

	@Test
	void usersStrategySaysHowToMigrate() {
		UsersStrategy strategy = new UsersStrategy();
		this.contextRunner.withBean(UsersStrategy.class, () -> strategy).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(strategy.calls).hasSize(1);
			assertThat(states()).containsExactly("1 APPLIED", "2 APPLIED", "gem view APPLIED");
		});
		this.contextRunner.withBean(UsersStrategy.class, () -> strategy)
			.run((context) -> assertThat(strategy.calls).hasSize(2));
	}

	@Test
	void usersStrategyIsNotCalledWhereTheStoreIsDisabled() {
		UsersStrategy strategy = new UsersStrategy();
		this.contextRunner.withBean(UsersStrategy.class, () -> strategy)
			.withPropertyValues("gemforce.migrations.postgres.enabled=false")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(strategy.calls).isEmpty();
				assertThat(tables()).isEmpty();
			});
	}

	@Test
	void usersStrategyIsNotCalledOnANewerSchema() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.postgres.client().sql("""
				INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum,
					installed_by, execution_time, success)
				VALUES (9, '9', 'newer', 'SQL', 'V9__newer.sql', 1, 'postgres', 1, true)""").update();
		UsersStrategy strategy = new UsersStrategy();
		this.contextRunner.withBean(UsersStrategy.class, () -> strategy).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(strategy.calls).isEmpty();
		});
	}

	@Test
	void usersStrategyMayRepairWhatValidationRefuses() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.postgres.client().sql("UPDATE flyway_schema_history SET checksum = 1 WHERE version = '1'").update();
		this.contextRunner.withBean(FlywayMigrationStrategy.class, () -> (flyway) -> {
			flyway.repair();
			flyway.migrate();
		}).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void flywayIsRunWhereAListenerExpectsIt() {
		List<Event> heard = new ArrayList<>();
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues(LARGER_POOL)
			.withBean(Callback.class, () -> new Listener(heard));
		runner.run((context) -> heard.clear());
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(heard).contains(Event.AFTER_MIGRATE);
		});
	}

	@Test
	void flywayIsRunWhereASqlCallbackExpectsIt(@TempDir Path folder) {
		SqlScripts scripts = new SqlScripts(folder)
			.write("V1__calls.sql", "CREATE TABLE calls (at timestamptz DEFAULT now());")
			.write("afterMigrate.sql", "INSERT INTO calls DEFAULT VALUES;");
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues(LARGER_POOL, scripts.property());
		runner.run((context) -> assertThat(context).hasNotFailed());
		runner.run((context) -> assertThat(
				this.postgres.client().sql("SELECT count(*) FROM calls").query(Long.class).single())
			.isEqualTo(2));
	}

	@Test
	void severalDataSourcesWithoutAPrimaryOne() {
		AtomicReference<BeanFactory> beanFactory = new AtomicReference<>();
		this.contextRunner.withInitializer((context) -> beanFactory.set(context.getBeanFactory()))
			.withUserConfiguration(SeveralDataSources.class)
			.run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = new AmbiguousDataSourceFailureAnalyzer(beanFactory.get())
					.analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).contains(ProblemCode.AMBIGUOUS_BEAN.name(),
						"2 beans of type DataSource (firstDataSource, secondDataSource)");
				assertThat(analysis.getAction()).contains("@Primary", "@FlywayDataSource");
			});
	}

	@Test
	void strategyOfALaterAutoConfigurationMigratesEachModule(@TempDir Path folder) {
		ApplicationContextRunner runner = modules(folder);
		for (int start = 0; start < 2; start++) {
			runner.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(tables()).contains("gem", "stone", "flyway_schema_history_gems",
						"flyway_schema_history_stones");
			});
		}
	}

	@Test
	void furtherHistoriesAreToldAndNothingIsDoneToTheBaseOneAlone(@TempDir Path folder) {
		modules(folder).run((context) -> {
			Migrations migrations = context.getBean(Migrations.class);
			assertThat(migrations.validate(StoreName.POSTGRES).problems()).singleElement().satisfies((problem) -> {
				assertThat(problem.code()).isEqualTo(ProblemCode.SEVERAL_HISTORIES);
				assertThat(problem.message()).contains("2 further histories: flyway_schema_history_gems");
			});
			RollbackTarget target = new RollbackTarget.ToVersion(StoreName.POSTGRES, Version.parse("0").orElseThrow());
			List<ThrowingCallable> refused = List.of(() -> migrations.plan(List.of(StoreName.POSTGRES), false),
					() -> migrations.planRollback(target), () -> migrations.perform(StoreName.POSTGRES,
							new Operation(Operation.Kind.RELEASE_HOLD, null, "so", false)));
			assertThat(refused)
				.allSatisfy((call) -> assertThatExceptionOfType(MigrationException.class).isThrownBy(call)
					.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.SEVERAL_HISTORIES)));
		});
	}

	private ApplicationContextRunner modules(Path folder) {
		SqlScripts.in(folder.resolve("gems")).write("V1__gem.sql", "CREATE TABLE gem (id int);");
		SqlScripts.in(folder.resolve("stones")).write("V1__stone.sql", "CREATE TABLE stone (id int);");
		return this.contextRunner.withConfiguration(AutoConfigurations.of(ModulesAutoConfiguration.class))
			.withPropertyValues(new SqlScripts(folder).property());
	}

	@Test
	void strategyThatNeverMigratesIsLeftAlone() {
		this.contextRunner.withBean(FlywayMigrationStrategy.class, () -> (flyway) -> {
		}).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(tables()).isEmpty();
		});
	}

	@Test
	void strategyThatMigratesACopyIsRecorded() {
		this.contextRunner
			.withBean(FlywayMigrationStrategy.class,
					() -> (flyway) -> Flyway.configure().configuration(flyway.getConfiguration()).load().migrate())
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(states()).containsExactly("1 APPLIED", "2 APPLIED", "gem view APPLIED");
			});
	}

	@Test
	void strategyThatThrowsFailsTheStartWithWhatItSays() {
		this.contextRunner.withBean(FlywayMigrationStrategy.class, () -> (flyway) -> {
			throw new IllegalStateException("not on a Friday");
		}).run((context) -> assertThat(StartFailure.of(context).description()).contains("not on a Friday"));
	}

	private List<String> states() {
		return this.postgres.client()
			.sql("SELECT coalesce(version, description) || ' ' || state FROM migration_log ORDER BY rank")
			.query(String.class)
			.list();
	}

	private List<String> tables() {
		return this.postgres.client()
			.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
			.query(String.class)
			.list();
	}

	@Configuration(proxyBeanMethods = false)
	static class OneFlyway {

		@Bean
		Flyway usersFlyway(DataSource dataSource) {
			return Flyway.configure().dataSource(dataSource).locations("classpath:db/gems").load();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralFlyways {

		@Bean
		Flyway firstFlyway(DataSource dataSource) {
			return Flyway.configure().dataSource(dataSource).locations("classpath:db/gems").load();
		}

		@Bean
		Flyway secondFlyway(DataSource dataSource) {
			return Flyway.configure().dataSource(dataSource).locations("classpath:db/gems").load();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReaderConfiguration {

		@Bean
		Reader reader(JdbcTemplate jdbc) {
			return new Reader(jdbc.queryForObject("SELECT count(*) FROM gem", Long.class));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralDataSources {

		@Bean
		DataSource firstDataSource() {
			return TestDatabases.createPostgres().dataSource();
		}

		@Bean
		DataSource secondDataSource() {
			return TestDatabases.createPostgres().dataSource();
		}

	}

	/**
	 * Needs the database when it is created.
	 *
	 * @param gems the number of gems it saw
	 */
	record Reader(long gems) {

	}

	/**
	 * As Spring Modulith has it: after all others, and without a condition.
	 */
	@AutoConfiguration(after = PostgresMigrationsAutoConfiguration.class)
	static class ModulesAutoConfiguration {

		@Bean
		FlywayMigrationStrategy modulesStrategy() {
			return (flyway) -> {
				String location = flyway.getConfiguration().getLocations()[0].toString();
				for (String module : List.of("gems", "stones")) {
					Flyway.configure()
						.configuration(flyway.getConfiguration())
						.locations("%s/%s".formatted(location, module))
						.table("flyway_schema_history_" + module)
						.baselineOnMigrate(true)
						.baselineVersion("0")
						.load()
						.migrate();
				}
			};
		}

	}

	static class UsersStrategy implements FlywayMigrationStrategy {

		private final List<Flyway> calls = new ArrayList<>();

		@Override
		public void migrate(Flyway flyway) {
			this.calls.add(flyway);
			flyway.migrate();
		}

	}

	static class Listener extends BaseCallback {

		private final List<Event> heard;

		Listener(List<Event> heard) {
			this.heard = heard;
		}

		@Override
		public boolean supports(Event event, Context context) {
			return event == Event.AFTER_MIGRATE;
		}

		@Override
		public void handle(Event event, Context context) {
			this.heard.add(event);
		}

	}

}
