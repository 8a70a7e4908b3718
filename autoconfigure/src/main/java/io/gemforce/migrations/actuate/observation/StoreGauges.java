package io.gemforce.migrations.actuate.observation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.StoreSnapshot;
import io.gemforce.migrations.store.MigrationCounts;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StoreStatus;

/**
 * Gauges of the newest snapshots. What is not known is NaN.
 */
final class StoreGauges {

	private static final Map<String, ToDoubleFunction<MigrationCounts>> STATES = Map.of("applied",
			MigrationCounts::applied, "pending", MigrationCounts::pending, "running",
			(counts) -> counts.notable().running(), "failed", (counts) -> counts.notable().failed(), "future",
			(counts) -> counts.notable().future(), "missing", (counts) -> counts.notable().missing(), "outdated",
			(counts) -> counts.notable().outdated(), "held", (counts) -> counts.notable().held());

	private static final Map<String, ProblemCode> DRIFT = Map.of("checksum_mismatch", ProblemCode.CHECKSUM_MISMATCH,
			"missing", ProblemCode.MISSING_MIGRATION, "out_of_order", ProblemCode.OUT_OF_ORDER, "foreign_history",
			ProblemCode.FOREIGN_HISTORY);

	private final SnapshotWatch watch;

	private final Clock clock;

	private final MeterRegistry registry;

	private final MultiGauge versions;

	private final Map<StoreName, String> currentVersions = new ConcurrentHashMap<>();

	StoreGauges(SnapshotWatch watch, Clock clock, MeterRegistry registry) {
		this.watch = watch;
		this.clock = clock;
		this.registry = registry;
		this.versions = MultiGauge.builder(MigrationMeter.SCHEMA_VERSION.meterName())
			.description(MigrationMeter.SCHEMA_VERSION.description())
			.register(registry);
	}

	void register(List<StoreName> stores) {
		stores.forEach(this::register);
		this.watch.listen(this::showVersion);
	}

	private void register(StoreName store) {
		STATES.forEach((state, count) -> gauge(MigrationMeter.ENTRIES, store, Tags.of("state", state),
				(snapshot) -> count.applyAsDouble(snapshot.overview().counts())));
		gauge(MigrationMeter.UP_TO_DATE, store, Tags.empty(), (snapshot) -> isUpToDate(snapshot) ? 1 : 0);
		DRIFT.forEach((kind, code) -> gauge(MigrationMeter.DRIFT, store, Tags.of("kind", kind),
				(snapshot) -> snapshot.problems().stream().filter((problem) -> problem.code() == code).count()));
		timeGauge(MigrationMeter.LAST_SUCCESS, store, StoreGauges::lastSuccess);
		timeGauge(MigrationMeter.LOCK_AGE, store, (snapshot) -> lockAge(snapshot.lock()));
		timeGauge(MigrationMeter.SNAPSHOT_AGE, store, (snapshot) -> age(snapshot.takenAt()));
	}

	private void gauge(MigrationMeter meter, StoreName store, Tags tags, ToDoubleFunction<StoreSnapshot> value) {
		Gauge.builder(meter.meterName(), () -> value(meter, store, value))
			.description(meter.description())
			.tags(Tags.of("store", store.id()).and(tags))
			.register(this.registry);
	}

	private void timeGauge(MigrationMeter meter, StoreName store, ToDoubleFunction<StoreSnapshot> seconds) {
		TimeGauge.builder(meter.meterName(), () -> value(meter, store, seconds), TimeUnit.SECONDS)
			.description(meter.description())
			.tag("store", store.id())
			.register(this.registry);
	}

	private double value(MigrationMeter meter, StoreName store, ToDoubleFunction<StoreSnapshot> value) {
		Optional<StoreSnapshot> snapshot = this.watch.look(store);
		boolean readable = meter == MigrationMeter.SNAPSHOT_AGE
				|| snapshot.filter((known) -> known.status() != StoreStatus.UNREACHABLE).isPresent();
		return readable ? snapshot.map(value::applyAsDouble).orElse(Double.NaN) : Double.NaN;
	}

	private static boolean isUpToDate(StoreSnapshot snapshot) {
		return snapshot.problems().stream().noneMatch(Problem::isError)
				&& snapshot.entries().stream().noneMatch(StoreGauges::isLacking);
	}

	private static boolean isLacking(MigrationEntry entry) {
		return entry.inBuild() && (entry.state().isPending() || entry.state() == MigrationState.RUNNING
				|| entry.state() == MigrationState.HELD);
	}

	private static double lastSuccess(StoreSnapshot snapshot) {
		Execution last = snapshot.circumstances().lastApplied();
		Instant finishedAt = (last != null) ? last.timing().finishedAt() : null;
		return (finishedAt != null) ? finishedAt.toEpochMilli() / 1000.0 : Double.NaN;
	}

	private double lockAge(StoreLock lock) {
		return lock.held() ? age(lock.since()) : 0;
	}

	private double age(@Nullable Instant since) {
		return (since != null) ? Math.max(0, Duration.between(since, this.clock.instant()).toMillis() / 1000.0)
				: Double.NaN;
	}

	// One series for each store: that of a former version is removed
	private synchronized void showVersion(StoreSnapshot snapshot) {
		String version = snapshot.overview().currentVersion();
		if (version != null) {
			this.currentVersions.put(snapshot.store(), version);
		}
		else {
			this.currentVersions.remove(snapshot.store());
		}
		this.versions.register(this.currentVersions.entrySet().stream().map(StoreGauges::row).toList(), true);
	}

	private static MultiGauge.Row<?> row(Map.Entry<StoreName, String> current) {
		return MultiGauge.Row.of(Tags.of("store", current.getKey().id(), "version", current.getValue()), 1);
	}

}
