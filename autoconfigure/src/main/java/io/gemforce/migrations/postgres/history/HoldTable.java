package io.gemforce.migrations.postgres.history;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Hold;

/**
 * The table beside Flyway's own in which a rollback leaves the decision not to run the
 * store past a version. The key of a hold is {@code postgres}, as older builds have it;
 * where several services share the table, the name of Flyway's table is added.
 */
public final class HoldTable {

	static final String NAME = "migration_hold";

	private static final String UNNAMED = "postgres";

	private static final String DDL = """
			CREATE TABLE IF NOT EXISTS %s (
				store text PRIMARY KEY,
				version text NOT NULL,
				reason text,
				"user" text NOT NULL DEFAULT current_user,
				since timestamptz NOT NULL
			)""";

	private static final String SELECT = """
			SELECT store, version, reason, "user", since FROM %s WHERE store IN (?, ?)""";

	private static final String WRITE = """
			INSERT INTO %s (store, version, reason, since) VALUES (?, ?, ?, ?)
				ON CONFLICT (store) DO UPDATE SET version = excluded.version, reason = excluded.reason,
					"user" = current_user, since = excluded.since""";

	private static final String RESTORE = """
			UPDATE %s SET version = ?, reason = ?, "user" = ?, since = ? WHERE store IN (?, ?) AND since = ?""";

	private static final String REMOVE = "DELETE FROM %s WHERE store IN (?, ?) AND since = ?";

	private final String table;

	private final String own;

	private final boolean withFlyways;

	HoldTable(TableName name, TableName history) {
		this.table = name.quoted();
		this.own = "%s:%s".formatted(UNNAMED, history.in(name));
		this.withFlyways = name.schema().equals(history.schema());
	}

	String table() {
		return this.table;
	}

	// Not to be called in a transaction
	void create(JdbcClient client) {
		OwnTable.create(client, false, this.table, DDL.formatted(this.table), "SELECT, INSERT, UPDATE, DELETE",
				() -> client.sql("SELECT current_user").query(String.class).single());
	}

	Found read(JdbcClient client) {
		Map<String, Hold> holds = client.sql(SELECT.formatted(this.table))
			.param(this.own)
			.param(UNNAMED)
			.query((row, number) -> Map.entry(row.getString("store"),
					new Hold(StoreName.POSTGRES, Version.parse(row.getString("version")).orElseThrow(),
							row.getString("reason"), row.getString("user"),
							row.getObject("since", OffsetDateTime.class).toInstant())))
			.list()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
		return new Found(Optional.ofNullable(holds.get(this.own)),
				Optional.ofNullable(holds.get(UNNAMED)).filter((hold) -> this.withFlyways));
	}

	// If alone, no other Flyway table is in the schema, and older builds may see the hold
	void write(JdbcClient client, Version version, @Nullable String reason, Instant since, boolean alone) {
		client.sql(WRITE.formatted(this.table))
			.param((alone && this.withFlyways) ? UNNAMED : this.own)
			.param(version.toString())
			.param(reason)
			.param(since.atOffset(ZoneOffset.UTC))
			.update();
	}

	/**
	 * Takes a hold back, unless another one has replaced it.
	 */
	public void takeBack(JdbcClient client, Instant since, @Nullable Hold former) {
		if (former == null) {
			remove(client, since);
			return;
		}
		client.sql(RESTORE.formatted(this.table))
			.param(former.version().toString())
			.param(former.reason())
			.param(former.user())
			.param(former.since().atOffset(ZoneOffset.UTC))
			.param(this.own)
			.param(UNNAMED)
			.param(since.atOffset(ZoneOffset.UTC))
			.update();
	}

	void remove(JdbcClient client, Instant since) {
		client.sql(REMOVE.formatted(this.table))
			.param(this.own)
			.param(UNNAMED)
			.param(since.atOffset(ZoneOffset.UTC))
			.update();
	}

	/**
	 * The time in the table's precision.
	 */
	public static Instant now() {
		return Instant.now().truncatedTo(ChronoUnit.MICROS);
	}

	// The hold of the own Flyway table, and the one without an owner
	record Found(Optional<Hold> own, Optional<Hold> unnamed) {

	}

}
