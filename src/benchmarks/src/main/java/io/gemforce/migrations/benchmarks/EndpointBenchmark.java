package io.gemforce.migrations.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.bson.Document;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.StoreName;

/**
 * Asks the endpoint of a service that has a long history in both stores.
 */
final class EndpointBenchmark implements Benchmark {

	private static final int ROWS = 10_000;

	private static final String JSON = "application/json";

	private static final String HTML = "text/html";

	private static final String DATABASE = "migrations_benchmark_endpoint";

	@Override
	public String id() {
		return "endpoint";
	}

	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		MongoDatabase mongo = surroundings.observer().getDatabase(DATABASE);
		mongo.drop();
		try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
			LongHistory history = new LongHistory(surroundings, postgres, mongo);
			history.create();
			Table figures = Table.of("after warm-up", "median, ms", "99 %, ms", "slowest, ms", "bytes",
					"MongoDB commands of all", "requests");
			List<Asked> pages = new ArrayList<>();
			Asked status;
			CountedCommands commands = new CountedCommands();
			try (ConfigurableApplicationContext service = history.start(commands)) {
				Asking asking = new Asking(new HttpRequests(service), commands, figures, "");
				asking.requireCounts();
				status = asking.ask("", JSON, 2000);
				pages.add(asking.ask("", HTML, 500));
				for (String path : List.of("/postgres", "/mongo", "/postgres/5000", "/mongo/5000")) {
					pages.add(asking.ask(path, HTML, 200));
				}
			}
			Asked fresh;
			try (ConfigurableApplicationContext service = history.start(commands,
					"gemforce.migrations.endpoint.snapshot-max-age=0s")) {
				fresh = new Asking(new HttpRequests(service), commands, figures, ", read anew each time").ask("", JSON,
						100);
			}
			return new Measurement(
					String.format(Locale.ROOT, "The endpoint, with %,d rows of history in each store", ROWS), figures,
					"", targets(status, fresh, pages));
		}
		finally {
			mongo.drop();
		}
	}

	private static List<Target> targets(Asked status, Asked fresh, List<Asked> pages) {
		return List.of(
				Target.alone("`GET /actuator/migrations`, 99 % of the answers, ms", status.times().percentile(99), 20,
						1),
				Target.alone("the same if each request reads the stores, MongoDB commands each",
						(double) fresh.commands() / fresh.times().count(), 3, 1),
				Target.alone("the largest page, bytes", pages.stream().mapToInt(Asked::bytes).max().orElseThrow(),
						60 * 1024, 0),
				Target.alone("the slowest page, 99 % of the answers, ms",
						pages.stream().mapToDouble((page) -> page.times().percentile(99)).max().orElseThrow(), 200, 1));
	}

	/**
	 * A history of migrations that are alike.
	 *
	 * @param surroundings what to measure on
	 * @param postgres the one store
	 * @param mongo the other store
	 * @param sql where the SQL files are
	 * @param changes where the change files are
	 */
	private record LongHistory(Surroundings surroundings, EmbeddedPostgres postgres, MongoDatabase mongo, Path sql,
			ChangeFolder changes) {

		private LongHistory(Surroundings surroundings, EmbeddedPostgres postgres, MongoDatabase mongo)
				throws IOException {
			this(surroundings, postgres, mongo, Files.createTempDirectory(surroundings.directory(), "sql"),
					ChangeFolder.in(surroundings.directory()));
		}

		// What applied one migration would have written about the others, too
		private void create() throws IOException {
			addFiles(1, 1);
			start(new CountedCommands()).close();
			addFiles(2, ROWS);
			JdbcClient client = JdbcClient.create(this.postgres.getPostgresDatabase());
			client.sql("""
					INSERT INTO flyway_schema_history SELECT number, number::text, description, type,
						'V' || number || '__change.sql', checksum, installed_by, installed_on, execution_time, success
					FROM flyway_schema_history, generate_series(2, ?) AS number WHERE version = '1'""")
				.param(ROWS)
				.update();
			client.sql("""
					INSERT INTO migration_log (version, description, type, script, checksum, direction, state, phase,
						transactional, started_at, finished_at, duration_ms, run_id, trigger, application, host)
					SELECT number::text, description, type, 'V' || number || '__change.sql', checksum, direction, state,
						phase, transactional, started_at, finished_at, duration_ms, run_id, trigger, application, host
					FROM migration_log, generate_series(2, ?) AS number WHERE version = '1'""").param(ROWS).update();
			MongoCollection<Document> rows = this.mongo.getCollection(GemforceRunner.HISTORY);
			Document first = rows.find().first();
			if (first == null) {
				throw new IllegalStateException("The service has written no history");
			}
			rows.insertMany(LongStream.rangeClosed(2, ROWS)
				.mapToObj((number) -> new Document(first).append("_id", number)
					.append("version", String.valueOf(number))
					.append("script", "V%d__change.yaml".formatted(number)))
				.toList());
		}

		private void addFiles(int first, int last) throws IOException {
			for (int version = first; version <= last; version++) {
				Files.writeString(this.sql.resolve("V%d__change.sql".formatted(version)), "SELECT 1;\n");
				this.changes.with(version, "createCollection: {collection: gems}");
			}
		}

		private ConfigurableApplicationContext start(CountedCommands commands, String... properties) {
			List<String> all = new ArrayList<>(List.of(properties));
			all.add("spring.datasource.url=" + this.postgres.getJdbcUrl("postgres", "postgres"));
			all.add("spring.flyway.locations=filesystem:" + this.sql);
			all.add("gemforce.migrations.mongo.locations=" + this.changes.location());
			return GemService.start(this.surroundings.server().uri(DATABASE), List.of(commands),
					all.toArray(String[]::new));
		}

	}

	/**
	 * Asks a service.
	 *
	 * @param requests asks it
	 * @param commands counts what it sends to MongoDB
	 * @param figures where to put the figures
	 * @param remark what is special about the service
	 */
	private record Asking(HttpRequests requests, CountedCommands commands, Table figures, String remark) {

		private void requireCounts() throws Exception {
			String status = new String(this.requests.get("", JSON), StandardCharsets.UTF_8).replaceAll("\\s", "");
			if (status.split("\"applied\":" + ROWS, -1).length != StoreName.values().length + 1
					|| !status.startsWith("{\"status\":\"UP_TO_DATE\"")) {
				throw new IllegalStateException("The service is not what is to be measured: " + status);
			}
		}

		private Asked ask(String path, String accept, int times) throws Exception {
			for (int request = 0; request < Math.min(times, 500); request++) {
				this.requests.get(path, accept);
			}
			this.commands.reset();
			Times all = new Times();
			int bytes = 0;
			for (int request = 0; request < times; request++) {
				bytes = all.measure(() -> this.requests.get(path, accept)).length;
			}
			Asked asked = new Asked(all, bytes, this.commands.total());
			this.figures.add("`%s`, %s%s".formatted(path.isEmpty() ? "/" : path, accept, this.remark), all.median(),
					all.percentile(99), all.slowest(), bytes, asked.commands(), times);
			return asked;
		}

	}

	/**
	 * What was answered.
	 *
	 * @param times how long it took
	 * @param bytes how large the newest answer was
	 * @param commands what was sent to MongoDB
	 */
	private record Asked(Times times, int bytes, long commands) {

	}

}
