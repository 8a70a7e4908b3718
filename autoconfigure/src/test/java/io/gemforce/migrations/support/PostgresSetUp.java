package io.gemforce.migrations.support;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A way in which real services use PostgreSQL, always as a user who is no superuser.
 * Texts may contain <code>{app}</code>, the user of the service, <code>{owner}</code>, a
 * role without login that the user is a member of, and <code>{url}</code>, the address of
 * the database.
 *
 * @param name what it is called
 * @param prepared the statements by which another user has prepared the database
 * @param properties the properties of the service
 * @param migrations the migrations, by the name of the file
 * @param undos the undo scripts, by the name of the file
 * @param schema the schema of Flyway's table and of the gems
 */
public record PostgresSetUp(String name, List<String> prepared, List<String> properties, Map<String, String> migrations,
		Map<String, String> undos, String schema) {

	private static final String OWN_SCHEMA = "CREATE SCHEMA app AUTHORIZATION {app}";

	private static final PostgresSetUp PLAIN = new PostgresSetUp("a plain service",
			List.of("CREATE ROLE {app} LOGIN", "CREATE ROLE {owner}", "GRANT {owner} TO {app}",
					"GRANT USAGE, CREATE ON SCHEMA public TO {app}"),
			List.of("spring.datasource.url={url}", "spring.datasource.username={app}",
					"spring.datasource.hikari.maximum-pool-size=2"),
			Map.of("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY, name text);", "V2__add_carat.sql",
					"ALTER TABLE gem ADD COLUMN carat int;", "R__gem_names.sql",
					"CREATE OR REPLACE VIEW gem_names AS SELECT name FROM gem;"),
			Map.of("U2__drop_carat.sql", "ALTER TABLE gem DROP COLUMN carat;"), "public");

	public static Stream<PostgresSetUp> all() {
		return Stream.of(PLAIN,
				named("a search path of init SQL").with(OWN_SCHEMA)
					.setting("spring.flyway.init-sqls=SET search_path TO app;")
					.in("app"),
				named("a search path of init SQL to a schema that is not there yet").with(createsSchemas())
					.setting("spring.flyway.init-sqls=SET search_path TO app;")
					.in("app"),
				named("a role of init SQL").with("CREATE SCHEMA app AUTHORIZATION {owner}")
					.setting("spring.flyway.init-sqls=SET ROLE {owner};", "spring.flyway.default-schema=app")
					.in("app"),
				named("a role and a search path of init SQL, without a pool")
					.with("CREATE SCHEMA app AUTHORIZATION {owner}")
					.setting("spring.flyway.init-sqls=SET ROLE ${role};SET search_path TO app;",
							"spring.flyway.placeholders.role={owner}", "spring.flyway.url={url}",
							"spring.flyway.user={app}")
					.in("app"),
				named("a schema of the address").with(OWN_SCHEMA)
					.setting("spring.datasource.url={url}?currentSchema=app")
					.in("app"),
				named("a schema of the address that is not there yet").with(createsSchemas())
					.setting("spring.datasource.url={url}?currentSchema=app")
					.in("app"),
				named("several schemas").with(createsSchemas())
					.setting("spring.flyway.schemas=app,other")
					.migration("V1__create_gem.sql",
							"CREATE TABLE gem (id bigint PRIMARY KEY, name text);CREATE TABLE other.stone (id bigint);")
					.in("app"),
				named("another service in the schema")
					.with("CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version text,"
							+ " description text, type text, script text, checksum int, installed_by text,"
							+ " installed_on timestamp DEFAULT now(), execution_time int, success boolean)")
					.setting("spring.flyway.table=gem_history", "spring.flyway.baseline-on-migrate=true",
							"spring.flyway.baseline-version=0"),
				named("one transaction for all").setting("spring.flyway.group=true"),
				named("settings of a script")
					.migration("V2__add_carat.sql",
							"ALTER TABLE gem ADD COLUMN carat int;CREATE INDEX CONCURRENTLY by_carat ON gem (carat);")
					.migration("V2__add_carat.sql.conf", "executeInTransaction=false"),
				named("a user of Flyway's own")
					.with("CREATE ROLE {app}_flyway LOGIN", "CREATE SCHEMA app AUTHORIZATION {app}_flyway",
							"GRANT USAGE ON SCHEMA app TO {app}")
					.setting("spring.flyway.user={app}_flyway", "spring.flyway.password=unused",
							"spring.flyway.url={url}?currentSchema=app")
					.in("app"),
				named("tables of another owner")
					.with("CREATE TABLE gem (id bigint PRIMARY KEY, name text)", "ALTER TABLE gem OWNER TO {owner}")
					.setting("spring.flyway.baseline-on-migrate=true", "spring.flyway.baseline-version=1"),
				named("row level security").migration("V1__create_gem.sql",
						"CREATE TABLE gem (id bigint PRIMARY KEY, name text);"
								+ "ALTER TABLE gem ENABLE ROW LEVEL SECURITY;ALTER TABLE gem FORCE ROW LEVEL SECURITY;"
								+ "CREATE POLICY mine ON gem USING (name = current_user);"
								+ "INSERT INTO gem VALUES (1, current_user);"),
				named("partitions").migration("V1__create_gem.sql",
						"CREATE TABLE gem (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);"
								+ "CREATE TABLE gem_1 PARTITION OF gem FOR VALUES FROM (0) TO (1000);"
								+ "INSERT INTO gem VALUES (1, 'ruby');"),
				named("a materialized view").migration("R__gem_names.sql", "DROP MATERIALIZED VIEW IF EXISTS gem_names;"
						+ "CREATE MATERIALIZED VIEW gem_names AS SELECT name FROM gem;"));
	}

	private static String createsSchemas() {
		return "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {app}', current_database()); END $$";
	}

	private static PostgresSetUp named(String name) {
		return new PostgresSetUp(name, PLAIN.prepared, PLAIN.properties, PLAIN.migrations, PLAIN.undos, PLAIN.schema);
	}

	private PostgresSetUp with(String... statements) {
		return new PostgresSetUp(this.name, join(this.prepared, statements), this.properties, this.migrations,
				this.undos, this.schema);
	}

	private PostgresSetUp setting(String... properties) {
		return new PostgresSetUp(this.name, this.prepared, join(this.properties, properties), this.migrations,
				this.undos, this.schema);
	}

	private PostgresSetUp migration(String file, String sql) {
		Map<String, String> migrations = new LinkedHashMap<>(this.migrations);
		migrations.put(file, sql);
		return new PostgresSetUp(this.name, this.prepared, this.properties, migrations, this.undos, this.schema);
	}

	private PostgresSetUp in(String schema) {
		return new PostgresSetUp(this.name, this.prepared, this.properties, this.migrations, this.undos, schema);
	}

	private static List<String> join(List<String> first, String... second) {
		List<String> joined = new ArrayList<>(first);
		joined.addAll(List.of(second));
		return joined;
	}

	/**
	 * Prepare a database, and write the scripts of the service.
	 */
	public String[] prepare(PostgresTestDatabase database, Path folder) {
		this.prepared.forEach((statement) -> database.client().sql(filled(statement, database)).update());
		SqlScripts migrations = SqlScripts.in(folder.resolve("migration"));
		this.migrations.forEach(migrations::write);
		SqlScripts undos = SqlScripts.in(folder.resolve("undo"));
		this.undos.forEach(undos::write);
		List<String> properties = new ArrayList<>();
		this.properties.forEach((property) -> properties.add(filled(property, database)));
		properties.add(migrations.property());
		properties.add("gemforce.migrations.postgres.undo-locations=filesystem:" + undos.folder());
		return properties.toArray(String[]::new);
	}

	/**
	 * Return who the service is.
	 */
	public static String app(PostgresTestDatabase database) {
		return "app_" + database.name();
	}

	private static String filled(String text, PostgresTestDatabase database) {
		return text.replace("{app}", app(database))
			.replace("{owner}", "owner_" + database.name())
			.replace("{url}", database.url());
	}

	@Override
	public String toString() {
		return this.name;
	}

}
