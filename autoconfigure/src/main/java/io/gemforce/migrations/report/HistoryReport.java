package io.gemforce.migrations.report;

import java.util.List;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.store.Dependencies;
import io.gemforce.migrations.store.EntryStatus;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.store.Undo;

/**
 * A page of a store's migrations, what is pending first, then the newest.
 */
public record HistoryReport(String store, StoreStatus status, Page page, List<Item> migrations) implements Report {

	@Override
	public String template() {
		return "history";
	}

	@Override
	public String describe() {
		return "migrations of %s: %s%s\n%d in all".formatted(this.store, this.status,
				this.migrations.stream().map((item) -> "\n" + item.describe()).collect(Collectors.joining()),
				this.page.total());
	}

	@Override
	public boolean changesSoon() {
		return this.status.changesSoon();
	}

	/**
	 * Place of a page.
	 *
	 * @param total how many migrations match the query
	 * @param nextBefore what to ask for to get the next page, absent if this is the last
	 */
	public record Page(int size, int total, @Nullable Long nextBefore) {

	}

	/**
	 * A migration, with its newest attempt.
	 *
	 * @param checksum the checksum when it was applied, or that of the build
	 * @param newest absent if there was no attempt
	 * @param attempts how many there were
	 */
	public record Item(@JsonUnwrapped Subject subject, @JsonUnwrapped EntryStatus status, @Nullable String checksum,
			@JsonUnwrapped @Nullable Newest newest, int attempts, Undo undo, @JsonUnwrapped Dependencies dependencies) {

		static Item of(MigrationEntry entry, List<Execution> executions) {
			String applied = entry.recorded().checksum();
			return new Item(Subject.of(entry), entry.status(),
					(applied != null) ? applied : entry.descriptor().checksum(),
					executions.isEmpty() ? null : Newest.of(executions.get(executions.size() - 1)), executions.size(),
					entry.undo(), entry.dependencies());
		}

		String describe() {
			return "%s %s (%s)%s".formatted(this.status.state(), this.subject.id(), this.subject.description(),
					(this.newest != null) ? this.newest.describe() : "");
		}

	}

	/**
	 * Which migration it is.
	 */
	public record Subject(String id, @Nullable Long rank, @Nullable String version, String description,
			@Nullable MigrationType type) {

		private static Subject of(MigrationEntry entry) {
			MigrationDescriptor descriptor = entry.descriptor();
			return new Subject(descriptor.id(), entry.rank(), descriptor.writtenVersion(), descriptor.description(),
					descriptor.type());
		}

	}

	/**
	 * The newest attempt.
	 */
	public record Newest(@Nullable Boolean transactional, @JsonUnwrapped Execution.Timing timing, @Nullable String user,
			@Nullable String host, @Nullable String applicationVersion, @Nullable String runId) {

		private static Newest of(Execution execution) {
			Execution.Origin origin = execution.origin();
			return new Newest(execution.status().transactional(), execution.timing(), origin.user(), origin.host(),
					origin.applicationVersion(), origin.runId());
		}

		private String describe() {
			return ((this.timing.finishedAt() != null) ? ", " + this.timing.finishedAt() : "")
					+ ((this.timing.durationMs() != null) ? ", %d ms".formatted(this.timing.durationMs()) : "");
		}

	}

}
