package io.gemforce.migrations.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SentStatements;
import io.gemforce.migrations.support.SqlScripts;

/**
 * Builds of a service that come and go on one database, each with scripts of its own and
 * a pool of one connection.
 */
public final class TestStore implements AutoCloseable {

	private final PostgresTestDatabase database;

	private final Path folder;

	private final SqlScripts migrations;

	private final SqlScripts undos;

	private final List<HikariDataSource> pools = new ArrayList<>();

	private Consumer<FluentConfiguration> settings = (configuration) -> {
	};

	private String undoLocation;

	private String version = "1.4.0";

	private int poolSize = 1;

	private boolean rerunRepeatables = true;

	private SentStatements sent;

	private String siblingUser;

	private String application = "gems";

	private String logTable;

	private String holdTable;

	public TestStore(PostgresTestDatabase database, Path folder) {
		this.database = database;
		this.siblingUser = database.user();
		this.folder = folder;
		this.migrations = SqlScripts.in(folder.resolve("migration"));
		this.undos = SqlScripts.in(folder.resolve("undo"));
		this.undoLocation = "filesystem:" + this.undos.folder();
	}

	/**
	 * Put a migration into the build.
	 */
	public TestStore migration(String name, String sql) {
		this.migrations.write(name, sql);
		return this;
	}

	/**
	 * Put an undo script into the build.
	 */
	public TestStore undo(String name, String sql) {
		this.undos.write(name, sql);
		return this;
	}

	/**
	 * Choose where the undo scripts are.
	 */
	public TestStore undosIn(String location) {
		this.undoLocation = location;
		return this;
	}

	public TestStore without(String migration) {
		this.migrations.delete(migration);
		return this;
	}

	/**
	 * Configure Flyway, as a user would.
	 */
	public TestStore configured(Consumer<FluentConfiguration> settings) {
		this.settings = settings;
		return this;
	}

	public TestStore poolSize(int poolSize) {
		this.poolSize = poolSize;
		return this;
	}

	/**
	 * Choose who makes scratch databases.
	 */
	public void siblingsAs(String user) {
		this.siblingUser = user;
	}

	public TestStore rerunRepeatables(boolean rerunRepeatables) {
		this.rerunRepeatables = rerunRepeatables;
		return this;
	}

	/**
	 * Choose the service whose builds these are.
	 */
	public TestStore application(String application) {
		this.application = application;
		return this;
	}

	public TestStore tables(String log, String hold) {
		this.logTable = log;
		this.holdTable = hold;
		return this;
	}

	public TestStore version(String version) {
		this.version = version;
		return this;
	}

	public JdbcClient client() {
		return this.database.client();
	}

	public PostgresTestDatabase database() {
		return this.database;
	}

	/**
	 * Start an instance of the build as it is now.
	 */
	public FlywayMigrationStore start() {
		return start(new ShutdownSignal());
	}

	public FlywayMigrationStore start(ShutdownSignal stop) {
		return start(stop, this.database.user());
	}

	public FlywayMigrationStore startAs(String user) {
		return start(new ShutdownSignal(), user);
	}

	private FlywayMigrationStore start(ShutdownSignal stop, String user) {
		HikariDataSource pool = new HikariDataSource();
		SentStatements sent = new SentStatements(this.database.dataSource(user));
		this.sent = sent;
		pool.setDataSource(sent);
		pool.setMaximumPoolSize(this.poolSize);
		pool.setMinimumIdle(1);
		pool.setConnectionTimeout(Duration.ofSeconds(3).toMillis());
		this.pools.add(pool);
		FluentConfiguration configuration = Flyway.configure()
			.dataSource(pool)
			.locations("filesystem:" + this.migrations.folder());
		new FlywayDefaults((property) -> false, Duration.ofMinutes(1)).apply(configuration);
		this.settings.accept(configuration);
		Flyway flyway = configuration.load();
		return new FlywayMigrationStore(() -> flyway, () -> null, new PostgresSettings(false, null, false,
				List.of(this.undoLocation), this.rerunRepeatables, this.logTable, this.holdTable), application(), stop,
				this::sibling);
	}

	/**
	 * Return what the instance sends that was started last.
	 */
	public List<String> sent() {
		return this.sent.statements();
	}

	/**
	 * Return what the application has of the pool of the instance that was started last.
	 */
	public JdbcClient pooled() {
		return JdbcClient.create(this.pools.get(this.pools.size() - 1));
	}

	public MigrationRun run() {
		return MigrationRun.begin(Trigger.JOB, application());
	}

	public MigrationRun run(MigrationListener listener) {
		return MigrationRun.begin(Trigger.JOB, application(), listener);
	}

	private ApplicationInstance application() {
		return new ApplicationInstance(this.application, this.version, "here", "ann");
	}

	private DataSource sibling(DataSource original, @Nullable String name) {
		return (name != null) ? new PostgresTestDatabase(name, this.database.port()).dataSource()
				: this.database.dataSource(this.siblingUser);
	}

	/**
	 * Start an instance, and let it migrate.
	 */
	public StoreResult migrate() {
		return start().migrate(run(), PlanGuard.open());
	}

	/**
	 * Start an instance, and let it roll back.
	 */
	public StoreResult rollBackTo(String version) {
		return start().rollback(to(version), run(), PlanGuard.open(), "does not work");
	}

	public static RollbackTarget to(String version) {
		return new RollbackTarget.ToVersion(StoreName.POSTGRES, Version.parse(version).orElseThrow());
	}

	public List<String> perform(Operation.Kind kind, String version) {
		return start().perform(new Operation(kind, (version != null) ? Version.parse(version).orElseThrow() : null,
				"somebody said so", false), run());
	}

	public MigrationEntry entry(String id) {
		return start().validate().entries().stream().filter((entry) -> entry.id().equals(id)).findFirst().orElseThrow();
	}

	/**
	 * Return Flyway's own table.
	 */
	public List<String> history() {
		return client().sql("""
				SELECT type || ' ' || coalesce(version, description) || ' ' || script
					|| CASE WHEN success THEN '' ELSE ' failed' END
				FROM flyway_schema_history ORDER BY installed_rank""").query(String.class).list();
	}

	/**
	 * Returns direction, version or description, and state, a line for each execution.
	 */
	public List<String> log() {
		return client().sql(
				"SELECT direction || ' ' || coalesce(version, description) || ' ' || state FROM migration_log ORDER BY rank")
			.query(String.class)
			.list();
	}

	public List<Map<String, Object>> logRows() {
		return client().sql("SELECT * FROM migration_log ORDER BY rank").query().listOfRows();
	}

	public List<String> tables() {
		return client()
			.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name")
			.query(String.class)
			.list()
			.stream()
			.filter((table) -> !table.startsWith("migration_") && !table.startsWith("flyway_"))
			.toList();
	}

	/**
	 * Return a Flyway that knows nothing of this library.
	 */
	public Flyway plainFlyway() {
		return Flyway.configure()
			.dataSource(this.database.url(), this.database.user(), "")
			.locations("filesystem:" + this.migrations.folder())
			.load();
	}

	@Override
	public void close() {
		this.pools.forEach(HikariDataSource::close);
	}

}
