package io.gemforce.migrations.actuate;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextClosedEvent;
import tools.jackson.databind.JsonNode;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EndpointOperations} over HTTP, without Spring Security.
 */
@ExtendWith(TestDatabases.class)
class EndpointOperationsTests {

	private static final String UNRESTRICTED = "management.endpoint.migrations.access=unrestricted";

	private static final String ANONYMOUS = "gemforce.migrations.endpoint.allow-anonymous=true";

	private static final String OBSERVE = "gemforce.migrations.mode=observe";

	private static final String ALL = "gemforce.migrations.endpoint.operations=validate,migrate,retry,rollback,repair,"
			+ "mark-applied,mark-rolled-back,release-lock,release-hold";

	private static final List<Refusal> REFUSALS = List.of(new Refusal("/mongo", "{}", 400, "INVALID_PARAMETER"),
			new Refusal("/mongo", "{\"action\": \"clean\"}", 400, "INVALID_PARAMETER"),
			new Refusal("/mongo", "{\"action\": \"rollback\", \"confirm\": \"2\"}", 400, "INVALID_PARAMETER"),
			new Refusal("/mongo/2", "{\"action\": \"repair\", \"confirm\": \"mongo\"}", 400, "INVALID_PARAMETER"),
			new Refusal("/mongo", "{\"action\": \"repair\", \"confirm\": \"mongo\", \"dryRun\": \"maybe\"}", 400,
					"INVALID_PARAMETER"),
			new Refusal("/oracle", "{\"action\": \"validate\"}", 404, "UNKNOWN_STORE"),
			new Refusal("/postgres", "{\"action\": \"validate\"}", 404, "UNKNOWN_STORE"),
			new Refusal("/mongo/99", "{\"action\": \"rollback\", \"confirm\": \"99\"}", 404, "UNKNOWN_MIGRATION"),
			new Refusal("/mongo/x", "{\"action\": \"rollback\", \"confirm\": \"x\"}", 404, "UNKNOWN_MIGRATION"),
			new Refusal("/mongo/R:x", "{\"action\": \"rollback\", \"confirm\": \"R:x\"}", 400, "INVALID_PARAMETER"),
			new Refusal("/mongo", "{\"action\": \"repair\", \"dryRun\": false}", 400, "CONFIRMATION_REQUIRED"),
			new Refusal("/mongo", "{\"action\": \"repair\", \"dryRun\": false, \"confirm\": \"postgres\"}", 400,
					"CONFIRMATION_REQUIRED"),
			new Refusal("/mongo/2", "{\"action\": \"rollback\"}", 400, "CONFIRMATION_REQUIRED"),
			new Refusal("/mongo/2", "{\"action\": \"rollback\", \"confirm\": \"1\"}", 400, "CONFIRMATION_REQUIRED"),
			new Refusal("/mongo/2", "{\"action\": \"mark-rolled-back\", \"confirm\": \"2\"}", 400, "REASON_REQUIRED"),
			new Refusal("/mongo/2", "{\"action\": \"mark-rolled-back\", \"confirm\": \"2\", \"reason\": \" \"}", 400,
					"REASON_REQUIRED"),
			new Refusal("/mongo/2", "{\"action\": \"mark-rolled-back\", \"confirm\": \"2\", \"reason\": \"a\\u0000b\"}",
					400, "INVALID_PARAMETER"),
			new Refusal("/mongo/2", "{\"action\": \"mark-rolled-back\", \"confirm\": \"2\", \"reason\": \"a\\ud83d\"}",
					400, "INVALID_PARAMETER"),
			new Refusal("/mongo/2", "{\"action\": \"mark-rolled-back\", \"reason\": \"x\"}", 400,
					"CONFIRMATION_REQUIRED"),
			new Refusal("/mongo/1", "{\"action\": \"rollback\", \"confirm\": \"1\"}", 409, "NOT_NEWEST"),
			new Refusal("/mongo/2", "{\"action\": \"retry\", \"confirm\": \"2\"}", 409, "NOT_FAILED"),
			new Refusal("/mongo", "{\"action\": \"migrate\"}", 400, "PLAN_HASH_REQUIRED"),
			new Refusal("/mongo", "{\"action\": \"migrate\", \"planHash\": \"sha256:0\"}", 409, "PLAN_CHANGED"),
			new Refusal("/mongo/2", "{\"action\": \"rollback\", \"confirm\": \"2\", \"planHash\": \"sha256:0\"}", 409,
					"PLAN_CHANGED"));

	private final MongoTestDatabase mongo;

	EndpointOperationsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void doesNothingUnlessAccessIsUnrestricted() {
		try (TestService service = TestService.start(Orders.class, this.mongo, ALL, ANONYMOUS)) {
			assertThat(service.post("/mongo", "{\"action\": \"validate\"}").statusCode()).isEqualTo(405);
			assertThat(service.post("/mongo/1", "{\"action\": \"rollback\"}").statusCode()).isEqualTo(405);
		}
	}

	@Test
	void doesNothingThatIsNotOnTheList() {
		try (TestService service = TestService.start(Orders.class, this.mongo, UNRESTRICTED, ANONYMOUS)) {
			long rows = this.mongo.history().countDocuments();
			for (EndpointOperation operation : EndpointOperation.values()) {
				HttpResponse<String> response = service.post(operation.isOfMigration() ? "/mongo/2" : "/mongo",
						"{\"action\": \"%s\", \"confirm\": \"2\", \"reason\": \"x\", \"dryRun\": false}"
							.formatted(operation.id()));
				assertRefused(response, 403, "OPERATION_NOT_ALLOWED");
			}
			assertThat(this.mongo.history().countDocuments()).isEqualTo(rows);
			assertThat(service.page("/mongo/2")).doesNotContain("curl");
		}
	}

	@Test
	void doesNothingForSomebodyWhoHasNotLoggedIn() {
		try (TestService service = TestService.start(Orders.class, this.mongo, UNRESTRICTED, ALL)) {
			assertRefused(service.post("/mongo", "{\"action\": \"validate\"}"), 403, "NOT_AUTHENTICATED");
			assertThat(audits(service)).containsExactly("MIGRATION_OPERATION_REFUSED");
		}
	}

	@Test
	void refusesWhatIsNotRightAndChangesNothing() {
		try (TestService service = startAll()) {
			List<Document> before = this.mongo.history().find().into(new ArrayList<>());
			for (Refusal refusal : REFUSALS) {
				assertRefused(service.post(refusal.path(), refusal.body()), refusal.status(), refusal.error());
			}
			assertThat(this.mongo.history().find().into(new ArrayList<>())).isEqualTo(before);
			assertThat(audits(service)).hasSize(REFUSALS.size()).containsOnly("MIGRATION_OPERATION_REFUSED");
		}
	}

	@Test
	void tellsWhenAStoreRefuses() {
		try (TestService service = startAll()) {
			assertRefused(
					service.post("/mongo/2", "{\"action\": \"mark-applied\", \"confirm\": \"2\", \"reason\": \"x\"}"),
					409, "INVALID_ARGUMENT");
			assertThat(audits(service)).containsExactly("MIGRATION_OPERATION_STARTED", "MIGRATION_OPERATION_FAILED");
		}
	}

	@Test
	void leavesWhatIsNoRequestToSpringBoot() {
		try (TestService service = startAll()) {
			assertLeftToSpringBoot(service.post("/mongo", "action=validate", "application/x-www-form-urlencoded"), 415);
			assertLeftToSpringBoot(service.post("/mongo", "{}", "text/plain"), 415);
			assertLeftToSpringBoot(service.post("/mongo", "{\"action\":"), 400);
			assertLeftToSpringBoot(service.post("/mongo", "{\"action\": {\"a\": 1}}"), 400);
			assertLeftToSpringBoot(service.post("/mongo", "[]"), 400);
			assertLeftToSpringBoot(service.post("", "{\"action\": \"validate\"}"), 405);
		}
	}

	private static void assertLeftToSpringBoot(HttpResponse<String> response, int status) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		assertThat(response.body()).contains("\"status\":" + status).doesNotContain("\tat ", "Exception");
	}

	@Test
	void echoesAndKeepsNoMoreThanIsNeeded() {
		String longOne = "x".repeat(100_000);
		try (TestService service = startAll()) {
			for (String parameter : List.of("action", "confirm", "reason", "planHash", "dryRun", "force")) {
				HttpResponse<String> response = service.post("/mongo/" + "1".repeat(5000),
						"{\"action\": \"rollback\", \"%s\": \"%s\"}".formatted(parameter, longOne));
				assertRefused(response, 400, "INVALID_PARAMETER");
				assertThat(response.body()).contains("'%s'".formatted(parameter)).hasSizeLessThan(500);
			}
			assertRefused(service.post("/" + "x".repeat(5000), "{\"action\": \"%s\"}".formatted(longOne)), 400,
					"INVALID_PARAMETER");
			assertAuditsAreSmall(service, 7);
		}
	}

	@Test
	void keepsNoMoreThanIsNeededOfAStranger() {
		try (TestService service = TestService.start(Orders.class, this.mongo, UNRESTRICTED, ALL)) {
			assertRefused(service.post("/mongo", "{\"action\": \"%s\"}".formatted("x".repeat(100_000))), 403,
					"NOT_AUTHENTICATED");
			assertAuditsAreSmall(service, 1);
		}
	}

	private static void assertAuditsAreSmall(TestService service, int number) {
		assertThat(service.context().getBean(Audits.class).events)
			.filteredOn((event) -> event.getType().equals("MIGRATION_OPERATION_REFUSED"))
			.hasSize(number)
			.allSatisfy((event) -> assertThat(event.getData().toString()).hasSizeLessThan(500));
	}

	@Test
	void validatesNow() {
		try (TestService service = startAll(OBSERVE)) {
			JsonNode report = ok(service.post("/mongo", "{\"action\": \"validate\"}"), 200);
			assertThat(report.at("/done/0").asString()).isEqualTo("pending: 1 (first)");
			assertThat(report.at("/finished").asBoolean()).isTrue();
		}
	}

	@Test
	void migratesWhatWasPlannedAsARunOfItsOwn() {
		try (TestService service = startAll(OBSERVE)) {
			String planHash = service.json("/mongo?view=plan").at("/planHash").asString();
			JsonNode begun = ok(service.post("/mongo",
					"{\"action\": \"migrate\", \"planHash\": \"%s\", \"reason\": \"release 7\"}".formatted(planHash)),
					202);
			assertThat(begun.at("/finished").asBoolean()).isFalse();
			JsonNode run = awaitEnd(service);
			assertThat(run.at("/id")).isEqualTo(begun.at("/runId"));
			assertThat(run.at("/trigger").asString()).isEqualTo("ENDPOINT");
			assertThat(run.at("/state").asString()).isEqualTo("DONE");
			assertThat(run.at("/step").asInt()).isEqualTo(2);
			assertThat(run.at("/message").asString()).startsWith("mongo empty->2 (2 applied");
			assertThat(this.mongo.history().find(new Document("version", "2")).first())
				.containsEntry("runId", begun.at("/runId").asString())
				.containsEntry("trigger", "ENDPOINT")
				.containsEntry("user", "anonymous");
			assertThat(audits(service)).containsExactly("MIGRATION_OPERATION_STARTED", "MIGRATION_STARTED",
					"MIGRATION_APPLIED", "MIGRATION_STARTED", "MIGRATION_APPLIED", "MIGRATION_OPERATION_DONE");
			AuditEvent audit = service.context().getBean(Audits.class).events.get(0);
			assertThat(audit.getPrincipal()).isEqualTo("anonymous");
			assertThat(audit.getData()).containsEntry("operation", "migrate")
				.containsEntry("store", "mongo")
				.containsEntry("runId", begun.at("/runId").asString())
				.containsEntry("reason", "release 7");
		}
	}

	@Test
	void saysWhatItWouldDo() {
		try (TestService service = startAll(OBSERVE)) {
			JsonNode dry = ok(service.post("/mongo", "{\"action\": \"migrate\", \"dryRun\": true}"), 200);
			assertThat(dry.at("/dryRun").asBoolean()).isTrue();
			assertThat(dry.at("/plan/steps")).hasSize(2);
			assertThat(ok(service.post("/mongo", "{\"action\": \"repair\"}"), 200).at("/done/0").asString())
				.isEqualTo("nothing to repair");
			assertThat(this.mongo.history().countDocuments()).isZero();
		}
	}

	@Test
	void rollsBackTheNewestMigrationAndReleasesItsHold() {
		try (TestService service = startAll()) {
			JsonNode dry = ok(service.post("/mongo/2", "{\"action\": \"rollback\", \"dryRun\": true}"), 200);
			assertThat(dry.at("/plan/steps/0/direction").asString()).isEqualTo("DOWN");
			ok(service.post("/mongo/2",
					"{\"action\": \"rollback\", \"confirm\": \"2\", \"planHash\": \"%s\", \"reason\": \"too slow\"}"
						.formatted(dry.at("/plan/planHash").asString())),
					202);
			awaitEnd(service);
			assertThat(this.mongo.collection("orders").countDocuments(new Document("step", 2))).isZero();
			JsonNode status = service.json("");
			assertThat(status.at("/stores/mongo/status").asString()).isEqualTo("HELD");
			assertThat(status.at("/stores/mongo/hold/version").asString()).isEqualTo("1");
			assertThat(status.at("/stores/mongo/hold/reason").asString()).isEqualTo("too slow");
			assertThat(service.page("/mongo")).contains("release-hold");
			assertRefused(service.post("/mongo", "{\"action\": \"release-hold\"}"), 400, "CONFIRMATION_REQUIRED");
			ok(service.post("/mongo", "{\"action\": \"release-hold\", \"confirm\": \"1\"}"), 200);
			assertThat(service.json("").at("/stores/mongo/status").asString()).isEqualTo("PENDING");
			assertThat(audits(service)).containsExactly("MIGRATION_OPERATION_STARTED", "MIGRATION_STARTED",
					"MIGRATION_ROLLED_BACK", "MIGRATION_OPERATION_DONE", "MIGRATION_OPERATION_REFUSED",
					"MIGRATION_OPERATION_STARTED", "MIGRATION_HOLD_RELEASED", "MIGRATION_OPERATION_DONE");
		}
	}

	@Test
	void marksAMigrationWithWhoAndWhy() {
		try (TestService service = startAll()) {
			ok(service.post("/mongo/2",
					"{\"action\": \"mark-rolled-back\", \"confirm\": \"2\", \"reason\": \"done by hand\"}"), 200);
			assertThat(service.json("/mongo/2").at("/state").asString()).isEqualTo("ROLLED_BACK");
			ok(service.post("/mongo/2",
					"{\"action\": \"mark-applied\", \"confirm\": \"2\", \"reason\": \"it is there\"}"), 200);
			JsonNode migration = service.json("/mongo/2");
			assertThat(migration.at("/state").asString()).isEqualTo("APPLIED");
			assertThat(migration.at("/attemptsList/2/reason").asString()).isEqualTo("it is there");
			assertThat(migration.at("/attemptsList/2/user").asString()).isEqualTo("anonymous");
		}
	}

	@Test
	void repairsWhatWasEdited() {
		try (TestService service = startAll()) {
			this.mongo.history()
				.updateOne(new Document("version", "1"), new Document("$set", new Document("checksum", "other")));
			JsonNode dry = ok(service.post("/mongo", "{\"action\": \"repair\"}"), 200);
			assertThat(dry.at("/done/0").asString()).contains("of migration 1 (first), which was 'other'");
			JsonNode done = ok(
					service.post("/mongo", "{\"action\": \"repair\", \"confirm\": \"mongo\", \"dryRun\": false}"), 200);
			assertThat(done.at("/done/0").asString()).startsWith("accepted checksum");
			assertThat(service.json("/mongo/1").at("/checksums/match").asBoolean()).isTrue();
		}
	}

	@Test
	void appliesAFailedMigrationAgain() {
		try (TestService service = startAll(OBSERVE, "orders.failing=true")) {
			String planHash = service.json("/mongo?view=plan").at("/planHash").asString();
			ok(service.post("/mongo", "{\"action\": \"migrate\", \"planHash\": \"%s\"}".formatted(planHash)), 202);
			JsonNode run = awaitEnd(service);
			assertThat(run.at("/state").asString()).isEqualTo("FAILED");
			assertThat(run.at("/message").asString()).contains("MIGRATION_FAILED");
			assertThat(audits(service)).contains("MIGRATION_FAILED").endsWith("MIGRATION_OPERATION_FAILED");
			assertThat(service.page("/mongo/3")).contains("retry", "no luck");
			service.context().getBean(Fuse.class).blown = false;
			assertRefused(service.post("/mongo/3", "{\"action\": \"retry\"}"), 400, "CONFIRMATION_REQUIRED");
			ok(service.post("/mongo/3", "{\"action\": \"retry\", \"confirm\": \"3\", \"reason\": \"fixed\"}"), 202);
			assertThat(awaitEnd(service).at("/state").asString()).isEqualTo("DONE");
			assertThat(service.json("/mongo/3").at("/state").asString()).isEqualTo("APPLIED");
		}
	}

	@Test
	void doesOneThingAtATime() throws Exception {
		try (TestService service = startAll(OBSERVE, "orders.waiting=true")) {
			Gate gate = service.context().getBean(Gate.class);
			String planHash = service.json("/mongo?view=plan").at("/planHash").asString();
			JsonNode begun = ok(
					service.post("/mongo", "{\"action\": \"migrate\", \"planHash\": \"%s\"}".formatted(planHash)), 202);
			assertThat(gate.reached.await(20, TimeUnit.SECONDS)).isTrue();
			HttpResponse<String> second = service.post("/mongo",
					"{\"action\": \"repair\", \"confirm\": \"mongo\", \"dryRun\": false}");
			assertRefused(second, 409, "ALREADY_RUNNING");
			assertThat(TestService.read(second).at("/runId")).isEqualTo(begun.at("/runId"));
			JsonNode status = service.json("");
			assertThat(status.at("/status").asString()).isEqualTo("RUNNING");
			assertThat(status.at("/run/state").asString()).isEqualTo("RUNNING");
			assertThat(status.at("/run/migration").asString()).isEqualTo("4");
			assertThat(status.at("/run/step").asInt()).isEqualTo(3);
			assertThat(status.at("/run/steps").asInt()).isEqualTo(3);
			assertThat(service.page("")).contains("Running now", "<progress max=\"3\" value=\"2\"",
					"data-live=\"true\"");
			assertThat(service.json("/mongo/4").at("/progress/step").asInt()).isEqualTo(3);
			gate.open.countDown();
			assertThat(awaitEnd(service).at("/state").asString()).isEqualTo("DONE");
			assertThat(service.page("")).contains("data-live=\"false\"", "Last run of this instance");
		}
	}

	@Test
	void finishesItsStepBeforeTheServiceEnds() throws Exception {
		TestService service = startAll(OBSERVE, "orders.waiting=true");
		Gate gate = service.context().getBean(Gate.class);
		String planHash = service.json("/mongo?view=plan").at("/planHash").asString();
		ok(service.post("/mongo", "{\"action\": \"migrate\", \"planHash\": \"%s\"}".formatted(planHash)), 202);
		assertThat(gate.reached.await(20, TimeUnit.SECONDS)).isTrue();
		CountDownLatch closing = new CountDownLatch(1);
		service.context()
			.addApplicationListener((ApplicationListener<ContextClosedEvent>) (event) -> closing.countDown());
		Thread end = new Thread(service::close);
		end.start();
		assertThat(end.isAlive()).isTrue();
		gate.open.countDown();
		end.join(Duration.ofSeconds(30).toMillis());
		assertThat(closing.getCount()).isZero();
		assertThat(this.mongo.history().find(new Document("version", "4")).first()).containsEntry("state", "APPLIED");
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	@Test
	void leavesAStoreAloneThatSomebodyElseMigrates() {
		try (TestService service = startAll()) {
			holdLock("gems/1.5.0@other#1");
			HttpResponse<String> refused = service.post("/mongo/2", "{\"action\": \"rollback\", \"confirm\": \"2\"}");
			assertRefused(refused, 423, "LOCKED");
			assertThat(refused.body()).contains("gems/1.5.0@other#1");
			assertRefused(service.post("/mongo", "{\"action\": \"release-lock\", \"confirm\": \"somebody\"}"), 400,
					"CONFIRMATION_REQUIRED");
			assertRefused(service.post("/mongo", "{\"action\": \"release-lock\", \"confirm\": \"gems/1.5.0@other#1\"}"),
					409, "LOCK_ALIVE");
			assertThat(this.mongo.lock().find().first()).containsEntry("owner", "gems/1.5.0@other#1");
		}
	}

	@Test
	void takesTheLockFromAHolderByForce() {
		try (TestService service = startAll()) {
			holdLock("gems/1.5.0@other#1");
			assertThat(service.page("/mongo")).contains("release-lock");
			ok(service.post("/mongo",
					"{\"action\": \"release-lock\", \"confirm\": \"gems/1.5.0@other#1\", \"force\": true}"), 200);
			assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
			assertThat(audits(service)).containsExactly("MIGRATION_OPERATION_STARTED", "MIGRATION_LOCK_RELEASED",
					"MIGRATION_OPERATION_DONE");
		}
	}

	private void holdLock(String owner) {
		this.mongo.lock()
			.updateOne(new Document(), new Document("$set", new Document("owner", owner).append("doing", "3 (third)")
				.append("acquiredAt", Date.from(Instant.now()))));
	}

	@Test
	void showsTheLineToPasteWithoutAWayOutOfItsQuotes() {
		try (TestService service = startAll()) {
			holdLock("it's $(touch /tmp/x) \u202E `id`");
			String page = service.page("/mongo");
			assertThat(page).contains("&#39;{&quot;action&quot;:&quot;release-lock&quot;,&quot;confirm&quot;:"
					+ "&quot;it&#39;\\&#39;&#39;s $(touch /tmp/x) \\u202E &#x60;id&#x60;&quot;}&#39;");
			assertThat(service.page("/mongo/2")).contains("rollback", "mark-rolled-back", "$ENDPOINT/mongo/2")
				.doesNotContain("mark-applied");
		}
	}

	private TestService startAll(String... properties) {
		List<String> all = new ArrayList<>(List.of(UNRESTRICTED, ALL, ANONYMOUS));
		all.addAll(List.of(properties));
		return TestService.start(Orders.class, this.mongo, all.toArray(String[]::new));
	}

	private static JsonNode ok(HttpResponse<String> response, int status) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		return TestService.read(response);
	}

	private static void assertRefused(HttpResponse<String> response, int status, String error) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		JsonNode body = TestService.read(response);
		assertThat(body.at("/error").asString()).isEqualTo(error);
		assertThat(body.at("/message").asString()).isNotEmpty();
		assertThat(body.at("/action").asString()).isNotEmpty();
		assertThat(body.at("/docs").asString()).matches("(endpoint|errors)\\.md#[a-z_]+");
	}

	private static JsonNode awaitEnd(TestService service) {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> service.json("").at("/run"), (run) -> !run.at("/state").asString().equals("RUNNING"));
	}

	private static List<String> audits(TestService service) {
		return service.context().getBean(Audits.class).events.stream()
			.filter((event) -> !"STARTUP".equals(event.getData().get("trigger")))
			.map(AuditEvent::getType)
			.toList();
	}

	/**
	 * A request that is refused.
	 *
	 * @param path where it is sent to
	 * @param body what is sent
	 * @param status the status of the answer
	 * @param error the reason
	 */
	private record Refusal(String path, String body, int status, String error) {

	}

	/**
	 * Hears what an audit is told.
	 */
	static class Audits implements ApplicationListener<AuditApplicationEvent> {

		private final List<AuditEvent> events = new CopyOnWriteArrayList<>();

		@Override
		public void onApplicationEvent(AuditApplicationEvent event) {
			this.events.add(event.getAuditEvent());
		}

	}

	/**
	 * Makes a migration fail.
	 */
	static class Fuse {

		private volatile boolean blown = true;

	}

	/**
	 * Lets a migration wait.
	 */
	static class Gate {

		private final CountDownLatch reached = new CountDownLatch(1);

		private final CountDownLatch open = new CountDownLatch(1);

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Orders.First.class, Orders.Second.class, Orders.Failing.class, Orders.Waiting.class })
	static class Orders {

		@Bean
		Audits audits() {
			return new Audits();
		}

		@Bean
		Fuse fuse() {
			return new Fuse();
		}

		@Bean
		Gate gate() {
			return new Gate();
		}

		@Migration(version = "1", description = "first")
		static class First implements ReversibleMongoMigration {

			@Override
			public void up(MongoMigrationContext mongo) {
				mongo.collection("orders").insertOne(new Document("step", step()));
			}

			@Override
			public void down(MongoMigrationContext mongo) {
				mongo.collection("orders").deleteOne(new Document("step", step()));
			}

			int step() {
				return 1;
			}

		}

		@Migration(version = "2", description = "second")
		static class Second extends First {

			@Override
			int step() {
				return 2;
			}

		}

		@Migration(version = "3", description = "third", transaction = TransactionMode.NEVER,
				onInterrupted = OnInterrupted.STOP)
		@ConditionalOnProperty("orders.failing")
		static class Failing implements ReversibleMongoMigration {

			private final Fuse fuse;

			Failing(Fuse fuse) {
				this.fuse = fuse;
			}

			@Override
			public void up(MongoMigrationContext mongo) {
				if (this.fuse.blown) {
					throw new IllegalStateException("no luck");
				}
			}

			@Override
			public void down(MongoMigrationContext mongo) {
			}

		}

		@Migration(version = "4", description = "fourth")
		@ConditionalOnProperty("orders.waiting")
		static class Waiting implements ReversibleMongoMigration {

			private final Gate gate;

			Waiting(Gate gate) {
				this.gate = gate;
			}

			@Override
			public void up(MongoMigrationContext mongo) throws Exception {
				this.gate.reached.countDown();
				this.gate.open.await(60, TimeUnit.SECONDS);
			}

			@Override
			public void down(MongoMigrationContext mongo) {
			}

		}

	}

}
