package io.gemforce.migrations.postgres;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.Hold;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;

/**
 * The table beside Flyway's own in which a rollback leaves the decision not to run the
 * store past a version.
 */
final class HoldTable {

	private static final String DDL = """
			CREATE TABLE IF NOT EXISTS %s (
				store text PRIMARY KEY,
				version text NOT NULL,
				reason text,
				"user" text NOT NULL DEFAULT current_user,
				since timestamptz NOT NULL
			)""";

	private static final String SELECT = """
			SELECT version, reason, "user", since FROM %s WHERE store = 'postgres'""";

	private static final String WRITE = """
			WITH former AS (SELECT version, reason, "user", since FROM %1$s WHERE store = 'postgres'),
				written AS (INSERT INTO %1$s (store, version, reason, since) VALUES ('postgres', ?, ?, ?)
					ON CONFLICT (store) DO UPDATE SET version = excluded.version, reason = excluded.reason,
						"user" = current_user, since = excluded.since)
			SELECT * FROM former""";

	private static final String RESTORE = """
			UPDATE %s SET version = ?, reason = ?, "user" = ?, since = ? WHERE store = 'postgres' AND since = ?""";

	private static final String REMOVE = "DELETE FROM %s WHERE store = 'postgres' AND since = ?";

	private final String table;

	/**
	 * Create the table of a schema.
	 * @param schema the schema of Flyway's table
	 */
	HoldTable(String schema) {
		this.table = SqlNames.quote(schema, "migration_hold");
	}

	String table() {
		return this.table;
	}

	/**
	 * Create the table if it is not there.
	 * @param client the connection to use
	 */
	void create(JdbcClient client) {
		OwnTable.create(client, this.table, DDL.formatted(this.table), "SELECT, INSERT, UPDATE, DELETE");
	}

	/**
	 * Look for a hold.
	 * @param client reads the database
	 * @return the hold, or empty if there is none
	 */
	Optional<Hold> read(JdbcClient client) {
		return read(client.sql(SELECT.formatted(this.table)));
	}

	private static Optional<Hold> read(JdbcClient.StatementSpec statement) {
		return statement
			.query((row, number) -> new Hold(StoreName.POSTGRES, Version.parse(row.getString("version")).orElseThrow(),
					row.getString("reason"), row.getString("user"),
					row.getObject("since", OffsetDateTime.class).toInstant()))
			.optional();
	}

	/**
	 * Write a hold in place of the one that is there.
	 * @param client the connection to use
	 * @param version the version to hold the store at
	 * @param reason why, {@code null} if nobody gave a reason
	 * @param since when, as {@link #now()} gives it
	 * @return the hold that was there before, or empty if there was none
	 */
	Optional<Hold> write(JdbcClient client, Version version, @Nullable String reason, Instant since) {
		return read(client.sql(WRITE.formatted(this.table))
			.param(version.toString())
			.param(reason)
			.param(since.atOffset(ZoneOffset.UTC)));
	}

	/**
	 * Take a hold back, unless another one has taken its place.
	 * @param client the connection to use
	 * @param since when the hold was written
	 * @param former the hold that was there before, {@code null} if there was none
	 */
	void takeBack(JdbcClient client, Instant since, @Nullable Hold former) {
		if (former == null) {
			remove(client, since);
			return;
		}
		client.sql(RESTORE.formatted(this.table))
			.param(former.version().toString())
			.param(former.reason())
			.param(former.user())
			.param(former.since().atOffset(ZoneOffset.UTC))
			.param(since.atOffset(ZoneOffset.UTC))
			.update();
	}

	/**
	 * Remove a hold.
	 * @param client the connection to use
	 * @param since when the hold was written
	 */
	void remove(JdbcClient client, Instant since) {
		client.sql(REMOVE.formatted(this.table)).param(since.atOffset(ZoneOffset.UTC)).update();
	}

	/**
	 * Return the time as the table keeps it.
	 * @return now, in microseconds
	 */
	static Instant now() {
		return Instant.now().truncatedTo(ChronoUnit.MICROS);
	}

}
