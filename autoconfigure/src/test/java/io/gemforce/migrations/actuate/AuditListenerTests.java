package io.gemforce.migrations.actuate;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.mongodb.core.MongoTemplate;

import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuditListener}.
 */
@ExtendWith(TestDatabases.class)
class AuditListenerTests {

	private final ApplicationContextRunner contextRunner;

	AuditListenerTests(MongoTestDatabase mongo) {
		this.contextRunner = TestContexts.with(mongo)
			.withBean("first", First.class)
			.withBean(KeptEvents.class)
			.withBean("auditListener", org.springframework.boot.actuate.audit.listener.AuditListener.class);
	}

	@Test
	void auditsWhatRanBeforeTheContextWasThere() {
		Instant before = Instant.now();
		this.contextRunner.run((context) -> {
			List<AuditEvent> events = context.getBean(KeptEvents.class).events;
			assertThat(events).extracting(AuditEvent::getType)
				.containsExactly("MIGRATION_STARTED", "MIGRATION_APPLIED");
			AuditEvent applied = events.get(1);
			assertThat(applied.getPrincipal()).isEqualTo("system");
			assertThat(applied.getTimestamp()).isBetween(before, Instant.now());
			assertThat(applied.getData()).containsEntry("store", "mongo")
				.containsEntry("id", "1")
				.containsEntry("direction", "UP")
				.containsEntry("trigger", "STARTUP")
				.containsEntry("runId", context.getBean(Migrations.class).run().id())
				.containsKey("durationMs");
		});
	}

	@Test
	void auditsARollback() {
		this.contextRunner.run((context) -> {
			context.getBean(Migrations.class)
				.rollback(new RollbackTarget.ToVersion(StoreName.MONGO, Version.parse("0").orElseThrow()), null,
						"a test");
			assertThat(context.getBean(KeptEvents.class).events).extracting(AuditEvent::getType)
				.endsWith("MIGRATION_STARTED", "MIGRATION_ROLLED_BACK");
		});
	}

	@Test
	void auditsWhatAnOperatorRecords() {
		this.contextRunner.run((context) -> {
			context.getBean(Migrations.class)
				.perform(StoreName.MONGO, new Operation(Operation.Kind.MARK_ROLLED_BACK,
						Version.parse("1").orElseThrow(), "done by hand", false));
			assertThat(context.getBean(KeptEvents.class).events).last().satisfies((event) -> {
				assertThat(event.getType()).isEqualTo("MIGRATION_MARKED");
				assertThat(event.getData()).containsEntry("id", "1").containsEntry("reason", "done by hand");
			});
		});
	}

	@Migration(version = "1", description = "first")
	static class First implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("gems").insertOne(new Document("_id", 1));
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection("gems").deleteOne(new Document("_id", 1));
		}

	}

	/**
	 * Keeps the events where they are audited, which waits for the migrations.
	 */
	static class KeptEvents implements AuditEventRepository {

		private final List<AuditEvent> events = new CopyOnWriteArrayList<>();

		private final MongoTemplate mongo;

		KeptEvents(MongoTemplate mongo) {
			this.mongo = mongo;
		}

		@Override
		public void add(AuditEvent event) {
			this.mongo.insert(new Document("type", event.getType()), "audit");
			this.events.add(event);
		}

		@Override
		public List<AuditEvent> find(String principal, Instant after, String type) {
			return this.events;
		}

	}

}
