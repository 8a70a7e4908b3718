package io.gemforce.migrations.report;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.ActiveRun;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.StoreSnapshot;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StoreStatus;

/**
 * Makes reports of a service's migrations.
 */
public final class MigrationReports {

	private final Migrations migrations;

	private final Clock clock;

	public MigrationReports(Migrations migrations, Clock clock) {
		this.migrations = migrations;
		this.clock = clock;
	}

	// In order, those that are switched off included
	public List<StoreName> stores() {
		return this.migrations.stores();
	}

	public StatusReport status() {
		List<StoreSnapshot> snapshots = this.migrations.snapshots();
		Instant now = this.clock.instant();
		Instant takenAt = snapshots.stream().map(StoreSnapshot::takenAt).min(Comparator.naturalOrder()).orElse(now);
		Map<String, StatusReport.Store> stores = new LinkedHashMap<>();
		List<Problem> problems = new ArrayList<>();
		StoreStatus status = StoreStatus.DISABLED;
		for (StoreSnapshot snapshot : snapshots) {
			stores.put(snapshot.store().id(), store(snapshot, now));
			problems.addAll(snapshot.problems());
			status = status.worse(status(snapshot));
		}
		return new StatusReport(status, this.migrations.mode(),
				StatusReport.Application.of(this.migrations.run().application()),
				new StatusReport.Snapshot(takenAt, ageMs(takenAt, now)),
				this.migrations.newestRun().map((active) -> run(active, now)).orElse(null), ProblemReport.of(problems),
				stores);
	}

	private StatusReport.Run run(ActiveRun active, Instant now) {
		MigrationRun run = active.run();
		ActiveRun.End end = active.end();
		return new StatusReport.Run(run.id(), run.trigger(), state(end), run.startedAt(),
				ageMs(run.startedAt(), (end != null) ? end.at() : now),
				new StatusReport.Position(active.store().id(), active.migration(),
						(active.step() > 0) ? active.step() : null, steps(active)),
				(end != null) ? message(end) : null);
	}

	private static StatusReport.RunState state(ActiveRun.@Nullable End end) {
		if (end == null) {
			return StatusReport.RunState.RUNNING;
		}
		return (end.failure() != null) ? StatusReport.RunState.FAILED : StatusReport.RunState.DONE;
	}

	// A snapshot taken during a run has the migrations that the run has still to execute
	private @Nullable Integer steps(ActiveRun active) {
		if (!active.isRunning()) {
			return (active.step() > 0) ? active.step() : null;
		}
		return this.migrations.snapshot(active.store())
			.filter((snapshot) -> active.step() > 0)
			.map((snapshot) -> active.step() + (int) snapshot.entries()
				.stream()
				.filter((entry) -> entry.isPending() && !entry.id().equals(active.migration()))
				.count())
			.orElse(null);
	}

	private static @Nullable String message(ActiveRun.End end) {
		Throwable failure = end.failure();
		if (failure != null) {
			return (failure instanceof MigrationException) ? failure.getMessage()
					: "It failed with %s, see the log".formatted(failure.getClass().getName());
		}
		return (end.result() != null) ? TextReports.describe(end.result()) : null;
	}

	// A snapshot that was taken just before does not see that a run has begun
	private StoreStatus status(StoreSnapshot snapshot) {
		return this.migrations.running(snapshot.store())
			.map((active) -> StoreStatus.RUNNING.worse(snapshot.status()))
			.orElse(snapshot.status());
	}

	private StatusReport.Store store(StoreSnapshot snapshot, Instant now) {
		String type = switch (snapshot.store()) {
			case POSTGRES -> "postgresql";
			case MONGO -> "mongodb";
		};
		StoreSnapshot.Circumstances circumstances = snapshot.circumstances();
		return new StatusReport.Store(type, snapshot.engine(), status(snapshot), snapshot.overview(),
				lastApplied(circumstances.lastApplied()), lock(circumstances.lock(), now),
				(circumstances.hold() != null) ? StatusReport.Held.of(circumstances.hold()) : null);
	}

	private static StatusReport.@Nullable LastApplied lastApplied(@Nullable Execution execution) {
		if (execution == null) {
			return null;
		}
		MigrationDescriptor descriptor = execution.descriptor();
		Execution.Origin origin = execution.origin();
		return new StatusReport.LastApplied(descriptor.id(), descriptor.description(), execution.timing().finishedAt(),
				execution.timing().durationMs(), origin.user(), origin.host(), origin.applicationVersion());
	}

	private static StatusReport.Lock lock(StoreLock lock, Instant now) {
		Instant since = lock.since();
		return new StatusReport.Lock(lock.held(), lock.mine(), lock.owner(), since,
				(since != null) ? ageMs(since, now) : null, lock.doing());
	}

	private static long ageMs(Instant since, Instant now) {
		return Math.max(0, Duration.between(since, now).toMillis());
	}

	// Empty if this service does not have the store
	public Optional<HistoryReport> history(StoreName store, HistoryQuery query) {
		return this.migrations.snapshot(store).map((snapshot) -> history(snapshot, query));
	}

	private HistoryReport history(StoreSnapshot snapshot, HistoryQuery query) {
		Map<Long, MigrationEntry> positions = positions(snapshot.entries().stream().filter(query::matches).toList());
		List<Map.Entry<Long, MigrationEntry>> rest = positions.entrySet()
			.stream()
			.filter((position) -> position.getKey() < query.before())
			.toList();
		List<Map.Entry<Long, MigrationEntry>> page = rest.subList(0, Math.min(query.size(), rest.size()));
		List<MigrationEntry> entries = page.stream().map(Map.Entry::getValue).toList();
		Map<String, List<Execution>> executions = executions(snapshot.store(), entries);
		Long nextBefore = (page.size() < rest.size()) ? page.get(page.size() - 1).getKey() : null;
		return new HistoryReport(snapshot.store().id(), status(snapshot),
				new HistoryReport.Page(query.size(), positions.size(), nextBefore),
				entries.stream()
					.map((entry) -> HistoryReport.Item.of(entry,
							executions.getOrDefault(key(entry.descriptor()), List.of())))
					.toList());
	}

	// What was recorded is listed by descending rank. What was not has no rank: it is
	// placed above the highest one, the next to be applied on top
	private static Map<Long, MigrationEntry> positions(List<MigrationEntry> entries) {
		List<MigrationEntry> unrecorded = entries.stream().filter((entry) -> entry.rank() == null).toList();
		List<MigrationEntry> recorded = entries.stream()
			.filter((entry) -> entry.rank() != null)
			.sorted(Comparator.<MigrationEntry, Long>comparing((entry) -> Objects.requireNonNull(entry.rank()))
				.reversed())
			.toList();
		long position = (recorded.isEmpty() ? 0 : Objects.requireNonNull(recorded.get(0).rank())) + unrecorded.size();
		Map<Long, MigrationEntry> positions = new LinkedHashMap<>();
		for (MigrationEntry entry : unrecorded) {
			positions.put(position--, entry);
		}
		recorded.forEach((entry) -> positions.put(Objects.requireNonNull(entry.rank()), entry));
		return positions;
	}

	private Map<String, List<Execution>> executions(StoreName store, List<MigrationEntry> entries) {
		return this.migrations.executions(store, entries)
			.stream()
			.collect(Collectors.groupingBy((execution) -> key(execution.descriptor())));
	}

	// A version may have been recorded in another form than the one that the build has
	private static String key(MigrationDescriptor descriptor) {
		return (descriptor.version() != null) ? descriptor.version().toString() : descriptor.id();
	}

	public Optional<MigrationReport> migration(StoreName store, String id) {
		return this.migrations.snapshot(store)
			.flatMap((snapshot) -> snapshot.find(id))
			.map((entry) -> MigrationReport.of(store, entry, this.migrations.executions(store, List.of(entry)),
					progress(store, entry)));
	}

	private MigrationReport.@Nullable Progress progress(StoreName store, MigrationEntry entry) {
		return this.migrations.running(store)
			.filter((active) -> entry.id().equals(active.migration()))
			.map((active) -> new MigrationReport.Progress(active.run().id(), active.step(),
					ageMs(active.startedAt(), this.clock.instant())))
			.orElse(null);
	}

	// In the order of versions; none if this service does not have the store
	public List<MigrationEntry> entries(StoreName store) {
		return this.migrations.snapshot(store).map(StoreSnapshot::entries).orElse(List.of());
	}

	public List<PageFrame.Pending> pending() {
		return this.migrations.snapshots()
			.stream()
			.flatMap((snapshot) -> snapshot.entries()
				.stream()
				.filter((entry) -> entry.isPending() || entry.state() == MigrationState.HELD)
				.map((entry) -> new PageFrame.Pending(snapshot.store().id(), HistoryReport.Item.of(entry, List.of()))))
			.limit(HistoryQuery.DEFAULT_SIZE)
			.toList();
	}

	// The number of records or rows that it touches is estimated
	public PlanReport plan(Collection<StoreName> stores) {
		return PlanReport.of(this.migrations.plan(stores, false));
	}

}
