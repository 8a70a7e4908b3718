package io.gemforce.migrations.postgres;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what operations would do.
 */
@ExtendWith(TestDatabases.class)
class RepairPreviewTests {

	private final TestStore store;

	RepairPreviewTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder).migration("V001__a.sql", "CREATE TABLE a (id bigint);")
			.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);");
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void tellsWhatRepairDoesDeletionsFirst() {
		this.store.migrate();
		this.store.without("V2__b.sql")
			.without("V3__c.sql")
			.migration("V001__a.sql", "CREATE TABLE a (id bigint); -- edited")
			.migration("V3__other.sql", "CREATE TABLE c (id bigint);");
		assertThat(preview(Operation.Kind.REPAIR)).satisfiesExactly(
				(line) -> assertThat(line)
					.isEqualTo("would mark 2 (b) as deleted: it is applied, and this build does not have it"),
				(line) -> assertThat(line).startsWith("would accept 001 (a) as it is in this build"),
				(line) -> assertThat(line)
					.isEqualTo("would accept 3 (c) as it is in this build: description 'other', which was 'c'"));
		assertThat(this.store.history()).hasSize(3);
		assertThat(this.store.perform(Operation.Kind.REPAIR, null)).containsExactlyInAnyOrder("marked b as deleted",
				"accepted a as it is in this build", "accepted c as it is in this build");
		assertThat(preview(Operation.Kind.REPAIR)).containsExactly("nothing to repair");
	}

	@Test
	void whatANewerBuildHasAppliedIsNotDeleted() {
		this.store.migrate();
		this.store.without("V3__c.sql");
		assertThat(preview(Operation.Kind.REPAIR)).containsExactly("nothing to repair");
		this.store.configured((configuration) -> configuration.ignoreMigrationPatterns(new String[0]));
		assertThat(preview(Operation.Kind.REPAIR)).singleElement().asString().startsWith("would mark 3 (c) as deleted");
		assertThat(this.store.perform(Operation.Kind.REPAIR, null)).containsExactly("marked c as deleted");
	}

	@Test
	void failedEntryIsRemoved() {
		this.store.migration("V4__d.sql", "CREATE INDEX CONCURRENTLY d ON nothing (id);");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate);
		assertThat(preview(Operation.Kind.REPAIR)).containsExactly("would remove the failed entry of 4 (d)");
		assertThat(this.store.perform(Operation.Kind.REPAIR, null)).containsExactly("removed the failed entry of d");
	}

	private List<String> preview(Operation.Kind kind) {
		return this.store.start().preview(new Operation(kind, null, null, false));
	}

}
