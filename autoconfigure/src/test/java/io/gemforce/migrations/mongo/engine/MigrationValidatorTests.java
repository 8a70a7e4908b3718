package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Requirement;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for what {@link MigrationValidator} accepts of a history, and for adopting a
 * database.
 */
@ExtendWith(TestDatabases.class)
class MigrationValidatorTests {

	private static final MongoSettings.Policy OUT_OF_ORDER = new MongoSettings.Policy(null, null, true, false, false);

	private static final MongoSettings.Policy IGNORE_MISSING = new MongoSettings.Policy(null, null, false, true, false);

	private static final MongoSettings.Policy FAIL_WHEN_AHEAD = new MongoSettings.Policy(null, null, false, false,
			true);

	private final MongoTestDatabase mongo;

	MigrationValidatorTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void lateMigrationRunsWhereTheOrderDoesNotMatter() {
		migrate(TestRunner.on(this.mongo), "2");
		assertThat(failure(TestRunner.on(this.mongo), "1", "2")).containsExactly(ProblemCode.OUT_OF_ORDER);
		assertThat(migrate(TestRunner.on(this.mongo).policy(OUT_OF_ORDER), "1", "2").executed()).containsExactly("1");
		assertThat(applied()).containsExactly("2", "1");
	}

	@Test
	void missingMigrationIsIgnoredWhereTheUserSaysSo() {
		migrate(TestRunner.on(this.mongo), "1", "2");
		assertThat(failure(TestRunner.on(this.mongo), "2", "3")).containsExactly(ProblemCode.MISSING_MIGRATION);
		migrate(TestRunner.on(this.mongo).policy(IGNORE_MISSING), "2", "3");
		assertThat(applied()).containsExactly("1", "2", "3");
	}

	@Test
	void whatIsLeftOutCountsAsAbsentAndIsListed() {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.leavingOut(TestMigration.inserting("2"), TestMigration.inserting("1"))) {
			assertThat(runner.migrate().executed()).containsExactly("1");
			assertThat(runner.validate().problems()).isEmpty();
			assertThat(runner.state("2")).isEqualTo(MigrationState.IGNORED);
			assertThat(runner.validate().entries().get(1).dependencies().blockedBy())
				.containsExactly("when: profile 'prod' is not active");
		}
		assertThat(migrate(TestRunner.on(this.mongo), "1", "2").executed()).containsExactly("2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "2", "3" })
	void whatWasAppliedAndIsLeftOutNowIsNeitherMissingNorAhead(String leftOut) {
		migrate(TestRunner.on(this.mongo), "1", leftOut);
		try (TestRunner runner = TestRunner.on(this.mongo)
			.leavingOut(TestMigration.inserting(leftOut), TestMigration.inserting("1"))) {
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
			assertThat(runner.validate().problems()).isEmpty();
			assertThat(runner.state(leftOut)).isEqualTo(MigrationState.APPLIED);
		}
		assertThat(failure(TestRunner.on(this.mongo), "1", "4")).containsExactly(ProblemCode.MISSING_MIGRATION);
	}

	@ParameterizedTest
	@ValueSource(strings = { "3", "3 5" })
	void whatIsLeftOutHidesNothingThatIsMissing(String applied) {
		migrate(TestRunner.on(this.mongo), ("1 2 " + applied).split(" "));
		try (TestRunner runner = TestRunner.on(this.mongo)
			.leavingOut(TestMigration.inserting("5"), TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			assertThat(runner.validate().problems()).extracting(Problem::code)
				.containsExactly(ProblemCode.MISSING_MIGRATION);
			assertThat(runner.state("3")).isEqualTo(MigrationState.MISSING);
		}
	}

	@Test
	void aBuildWhoseMigrationsAreAllLeftOutSaysThatTheStoreIsAhead() {
		migrate(TestRunner.on(this.mongo), "1", "2");
		try (TestRunner runner = TestRunner.on(this.mongo).leavingOut(TestMigration.inserting("1"))) {
			assertThat(runner.validate().problems()).extracting(Problem::code)
				.containsExactly(ProblemCode.SCHEMA_AHEAD);
		}
	}

	@Test
	void whatIsLeftOutRequiresWhatItDidSoThatNoRollbackUndoesThat() {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.leavingOut(TestMigration.inserting("1").requiring("postgres:42"))) {
			assertThat(runner.validate().entries().get(0).dependencies().requires()).extracting(Requirement::toString)
				.containsExactly("postgres:42");
		}
	}

	@Test
	void ofSeveralThatAreLeftOutTheAppliedOneIsListed() {
		migrate(TestRunner.on(this.mongo), "1", "2");
		try (TestRunner runner = TestRunner.on(this.mongo)
			.leavingOutAll(another("1"), TestMigration.inserting("1").resolve(), another("2"), another("3"))) {
			assertThat(runner.validate().entries()).extracting(MigrationEntry::description)
				.containsExactly("migration 1", "migration 2", "another 3");
		}
	}

	private static ResolvedMigration another(String version) {
		ResolvedMigration migration = TestMigration.inserting(version).resolve();
		MigrationDescriptor descriptor = new MigrationDescriptor(migration.version(), "another " + version,
				MigrationType.FILE, "another.yaml", "sha256:1");
		return new ResolvedMigration(descriptor, "another.yaml", migration.transaction(), null, List.of(), List.of(),
				migration.action());
	}

	@Test
	void theReasonWhyAMigrationIsLeftOutIsToldToWhoWouldUndoOrMarkIt() {
		migrate(TestRunner.on(this.mongo), "1");
		String reason = "left out here: profile 'prod' is not active";
		RollbackTarget target = new RollbackTarget.ToVersion(StoreName.MONGO, Version.ZERO);
		try (TestRunner runner = TestRunner.on(this.mongo)
			.leavingOutAll(TestMigration.inserting("1").resolve(), another("2"))) {
			assertThat(runner.store().planRollback(target).steps()).singleElement()
				.satisfies((step) -> assertThat(step.undo().reason()).contains(reason));
			assertThat(catchThrowableOfType(MigrationException.class, () -> runner.rollback(target)))
				.hasMessageContaining("Migration 1 (migration 1) of store 'mongo' is " + reason);
			Operation mark = new Operation(Operation.Kind.MARK_APPLIED, Version.parse("2").orElseThrow(), "by a test",
					false);
			assertThat(catchThrowableOfType(MigrationException.class, () -> runner.perform(mark)))
				.hasMessageContaining("Version 2 of store 'mongo' is " + reason);
		}
	}

	@Test
	void newerStoreStopsTheStartWhereTheUserSaysSo() {
		migrate(TestRunner.on(this.mongo), "1", "2");
		assertThat(migrate(TestRunner.on(this.mongo), "1").outcome()).isEqualTo(StoreResult.Outcome.AHEAD);
		assertThat(failure(TestRunner.on(this.mongo).policy(FAIL_WHEN_AHEAD), "1"))
			.containsExactly(ProblemCode.SCHEMA_AHEAD);
	}

	@Test
	void olderBuildWithAMigrationOfItsOwnDoesNotStart() {
		migrate(TestRunner.on(this.mongo), "1", "3");
		assertThat(failure(TestRunner.on(this.mongo), "1", "2")).containsExactly(ProblemCode.OUT_OF_ORDER);
		assertThat(applied()).containsExactly("1", "3");
	}

	@Test
	void nothingAboveTheTargetIsApplied() {
		TestRunner.Builder toTwo = TestRunner.on(this.mongo).policy(TestRunner.policy("2", null));
		try (TestRunner runner = toTwo.with(TestMigration.inserting("1"), TestMigration.inserting("2.0"),
				TestMigration.inserting("2.1"))) {
			assertThat(runner.migrate().executed()).containsExactly("1", "2");
			assertThat(runner.state("2.1")).isEqualTo(MigrationState.IGNORED);
		}
		assertThat(migrate(TestRunner.on(this.mongo), "1", "2", "2.1").executed()).containsExactly("2.1");
	}

	@Test
	void emptyHistoryStartsWithTheBaseline() {
		TestRunner.Builder fromTwo = TestRunner.on(this.mongo).policy(TestRunner.policy(null, "2"));
		try (TestRunner runner = fromTwo.with(TestMigration.inserting("1"), TestMigration.inserting("2"),
				TestMigration.inserting("3"))) {
			assertThat(runner.migrate().executed()).containsExactly("3");
			assertThat(runner.state("1")).isEqualTo(MigrationState.IGNORED);
			assertThat(runner.state("2")).isEqualTo(MigrationState.BASELINE);
			assertThat(runner.state("3")).isEqualTo(MigrationState.APPLIED);
		}
		assertThat(this.mongo.history().find().first()).containsEntry("type", "BASELINE")
			.containsEntry("version", "2")
			.containsEntry("state", "APPLIED");
		assertThat(migrate(TestRunner.on(this.mongo), "1", "2", "3", "4").executed()).containsExactly("4");
	}

	@Test
	void baselineIsRecordedOnlyOnce() {
		TestRunner.Builder fromTwo = TestRunner.on(this.mongo).policy(TestRunner.policy(null, "2"));
		assertThat(migrate(fromTwo, "1", "2").outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		migrate(TestRunner.on(this.mongo).policy(TestRunner.policy(null, "2")), "1", "2");
		assertThat(this.mongo.history().countDocuments()).isOne();
	}

	@Test
	void baselineDoesNotTouchAHistoryThatIsThere() {
		migrate(TestRunner.on(this.mongo), "1");
		assertThat(migrate(TestRunner.on(this.mongo).policy(TestRunner.policy(null, "2")), "1", "2").executed())
			.containsExactly("2");
	}

	@ParameterizedTest
	@CsvSource({ "MET, ", "UNMET, DEPENDENCY_BLOCKED", "NO_STORE, DEPENDENCY_BLOCKED", "UNKNOWN, UNKNOWN_REQUIRES" })
	void requirementOfTheOtherStoreIsCheckedBefore(Requirements.Status status, ProblemCode code) {
		Requirement required = Requirement.parse("postgres:42").orElseThrow();
		TestRunner.Builder builder = TestRunner.on(this.mongo)
			.requirements((requirement) -> requirement.equals(required) ? status : Requirements.Status.UNKNOWN);
		try (TestRunner runner = builder.with(TestMigration.inserting("1").requiring("postgres:42"))) {
			if (code == null) {
				assertThat(runner.migrate().executed()).containsExactly("1");
			}
			else {
				MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
				assertThat(ex.getCode()).isEqualTo(code);
				assertThat(ex).hasMessageContaining("Migration 1 (migration 1) requires postgres:42");
				assertThat(this.mongo.database().listCollectionNames()).isEmpty();
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "mongo:1, ", "mongo:3, DEPENDENCY_BLOCKED", "mongo:9, UNKNOWN_REQUIRES" })
	void requirementOfTheSameStoreIsAnEarlierVersion(String requirement, ProblemCode code) {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1"), TestMigration.inserting("2").requiring(requirement),
					TestMigration.inserting("3"))) {
			if (code == null) {
				assertThat(runner.migrate().executed()).containsExactly("1", "2", "3");
			}
			else {
				assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getCode()).isEqualTo(code);
			}
		}
	}

	@Test
	void requirementOfWhatIsAppliedIsNotChecked() {
		migrate(TestRunner.on(this.mongo), "1");
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1").requiring("postgres:42"))) {
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		}
	}

	@Test
	void allFindingsAreReportedTogether() {
		migrate(TestRunner.on(this.mongo), "1", "3");
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("2").requiring("mongo:77"),
					TestMigration.inserting("3").withChecksum("edited"))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getProblems()).extracting(Problem::code)
				.containsExactlyInAnyOrder(ProblemCode.MISSING_MIGRATION, ProblemCode.OUT_OF_ORDER,
						ProblemCode.UNKNOWN_REQUIRES, ProblemCode.CHECKSUM_MISMATCH);
		}
	}

	static Stream<Document> unreadable() {
		return Stream.of(new Document("_id", 9L).append("version", "2").append("state", "WONDERFUL"),
				new Document("_id", 9L).append("version", "2"),
				new Document("_id", 9L).append("version", 2).append("state", "APPLIED"),
				new Document("_id", 9L).append("version", "1..2").append("state", "APPLIED"),
				new Document("_id", 9L).append("version", "2").append("state", "APPLIED").append("direction", "ASIDE"),
				new Document("_id", "text").append("version", "2").append("state", "APPLIED"),
				new Document("_id", new ObjectId()).append("state", 1).append("startedAt", "yesterday"));
	}

	@ParameterizedTest
	@MethodSource("unreadable")
	void historyThatIsNotUnderstoodIsNoReasonToRunAnything(Document row) {
		migrate(TestRunner.on(this.mongo), "1");
		this.mongo.history().insertOne(row);
		assertThat(failure(TestRunner.on(this.mongo), "1", "2")).containsExactly(ProblemCode.UNREADABLE_HISTORY);
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			assertThat(runner.validate().entries()).extracting(MigrationEntry::id).containsExactly("1", "2");
			Stream
				.<Runnable>of(() -> runner.rollback("0"),
						() -> runner.perform(new Operation(Operation.Kind.REPAIR, null, null, false)),
						() -> runner.perform(new Operation(Operation.Kind.MARK_APPLIED,
								Version.parse("2").orElseThrow(), "a test", false)))
				.forEach((refused) -> assertThat(catchThrowableOfType(MigrationException.class, refused::run).getCode())
					.isEqualTo(ProblemCode.UNREADABLE_HISTORY));
		}
		assertThat(this.mongo.history().find().sort(new Document("startedAt", 1))).hasSize(2).contains(row);
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	@Test
	void documentsThatAreNoRowsAreNotTouched() {
		migrate(TestRunner.on(this.mongo), "1");
		List<Document> foreign = List.of(new Document("_id", 17.5), new Document("_id", "note").append("text", "hi"));
		this.mongo.history().insertMany(foreign);
		assertThat(migrate(TestRunner.on(this.mongo), "1", "2").executed()).containsExactly("2");
		assertThat(this.mongo.history().countDocuments(new Document("_id", 18L))).isOne();
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			assertThat(runner.store().executions(runner.validate().entries()))
				.extracting((execution) -> execution.descriptor().writtenVersion())
				.containsExactly("1", "2");
		}
		assertThat(this.mongo.history().find()).contains(foreign.toArray(Document[]::new));
	}

	@Test
	void appliedVersionsOfAnyKindAreOrderedByTheirNumbers() {
		String long200 = "9".repeat(200);
		String[] recorded = { "0", "1_2", "01.10", "2024.06.01.12", long200 };
		for (String version : recorded) {
			this.mongo.history()
				.insertOne(new Document("_id", this.mongo.history().countDocuments() + 1).append("version", version)
					.append("description", "migration")
					.append("type", "BEAN")
					.append("checksum", "1")
					.append("state", "APPLIED"));
		}
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(Arrays.stream(recorded).map(TestMigration::inserting).toArray(TestMigration[]::new))) {
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
			assertThat(runner.validate().entries()).extracting(MigrationEntry::id)
				.containsExactly("0", "1.2", "1.10", "2024.6.1.12", long200);
		}
		assertThat(failure(TestRunner.on(this.mongo), "0", "1.2", "1.9", "1.10", "2024.6.1.12", long200))
			.containsExactly(ProblemCode.OUT_OF_ORDER);
	}

	@Test
	void versionsOfAnyKindAreOrderedByTheirNumbers() {
		String long200 = "9".repeat(200);
		String[] versions = { "10", "1_2", "2024.06.01.12", "0", "9", long200, "1.10" };
		assertThat(migrate(TestRunner.on(this.mongo), versions).executed()).containsExactly("0", "1.2", "1.10", "9",
				"10", "2024.6.1.12", long200);
		assertThat(Set.copyOf(Arrays.asList("-1", "1..2", "")))
			.allSatisfy((text) -> assertThat(Version.parse(text)).isEmpty());
	}

	private StoreResult migrate(TestRunner.Builder builder, String... versions) {
		try (TestRunner runner = builder
			.with(Arrays.stream(versions).map(TestMigration::inserting).toArray(TestMigration[]::new))) {
			return runner.migrate();
		}
	}

	private List<ProblemCode> failure(TestRunner.Builder builder, String... versions) {
		return catchThrowableOfType(MigrationException.class, () -> migrate(builder, versions)).getProblems()
			.stream()
			.map(Problem::code)
			.toList();
	}

	private List<String> applied() {
		return this.mongo.collection("applied")
			.find()
			.map((document) -> document.getString("version"))
			.into(new ArrayList<>());
	}

}
