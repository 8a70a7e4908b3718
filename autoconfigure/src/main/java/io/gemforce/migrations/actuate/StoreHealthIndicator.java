package io.gemforce.migrations.actuate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.actuate.observation.SnapshotWatch;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.StoreSnapshot;
import io.gemforce.migrations.store.MigrationCounts;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.StoreOverview;
import io.gemforce.migrations.store.StoreStatus;

/**
 * {@link HealthIndicator} for the migrations of a store. A probe never waits for the
 * store: it gets what the newest snapshot says, and for the first minute, as long as
 * there is no snapshot, the result of the start.
 */
public final class StoreHealthIndicator implements HealthIndicator {

	private static final Duration START_IS_KNOWN = Duration.ofSeconds(60);

	private final StoreName store;

	private final Migrations migrations;

	private final SnapshotWatch watch;

	private final Clock clock;

	private final Instant createdAt;

	public StoreHealthIndicator(StoreName store, Migrations migrations, SnapshotWatch watch, Clock clock) {
		this.store = store;
		this.migrations = migrations;
		this.watch = watch;
		this.clock = clock;
		this.createdAt = clock.instant();
	}

	@Override
	public Health health() {
		if (this.migrations.isDisabled(this.store)) {
			return Health.unknown().withDetail("enabled", false).withDetail("status", StoreStatus.DISABLED).build();
		}
		Optional<StoreResult> start = started();
		boolean startIsEnough = start.isPresent() && this.createdAt.plus(START_IS_KNOWN).isAfter(this.clock.instant())
				&& this.watch.known(this.store).isEmpty();
		Optional<StoreSnapshot> snapshot = startIsEnough ? Optional.empty() : this.watch.look(this.store);
		return snapshot.map(this::health)
			.or(() -> start.map(StoreHealthIndicator::health))
			.orElseGet(() -> Health.unknown().withDetail("reason", "The store was not read yet").build());
	}

	private Optional<StoreResult> started() {
		return this.migrations.results().stream().filter((result) -> result.store() == this.store).findFirst();
	}

	// A service does not start with a store that has an error
	private static Health health(StoreResult result) {
		StoreStatus status = switch (result.outcome()) {
			case AHEAD -> StoreStatus.AHEAD;
			case HELD -> StoreStatus.HELD;
			default -> StoreStatus.UP_TO_DATE;
		};
		Health.Builder health = Health.up().withDetail("status", status);
		if (result.to() != null) {
			health.withDetail("currentVersion", result.to());
		}
		return health.build();
	}

	private Health health(StoreSnapshot snapshot) {
		if (snapshot.status() == StoreStatus.UNREACHABLE) {
			Health.Builder health = Health.unknown().withDetail("status", StoreStatus.UNREACHABLE);
			this.watch.lastReadable(this.store).ifPresent((last) -> describe(health, last));
			return health.withDetail("problems", problems(snapshot)).build();
		}
		Health.Builder health = Health.status(status(snapshot)).withDetail("status", snapshot.status());
		describe(health, snapshot);
		if (!snapshot.problems().isEmpty()) {
			health.withDetail("problems", problems(snapshot));
		}
		return health.build();
	}

	private static void describe(Health.Builder health, StoreSnapshot snapshot) {
		StoreOverview overview = snapshot.overview();
		if (overview.currentVersion() != null) {
			health.withDetail("currentVersion", overview.currentVersion());
		}
		if (overview.latestVersion() != null) {
			health.withDetail("latestVersion", overview.latestVersion());
		}
		MigrationCounts.Notable notable = overview.counts().notable();
		health.withDetail("pending", overview.counts().pending())
			.withDetail("failed", notable.failed())
			.withDetail("future", notable.future())
			.withDetail("held", notable.held());
		if (snapshot.lock().owner() != null) {
			health.withDetail("lockedBy", snapshot.lock().owner());
		}
		health.withDetail("takenAt", snapshot.takenAt());
	}

	private static List<String> problems(StoreSnapshot snapshot) {
		return snapshot.problems().stream().map(StoreHealthIndicator::describe).toList();
	}

	private static String describe(Problem problem) {
		return "%s: %s".formatted(problem.code(), problem.message());
	}

	// Neither a newer build that migrates, or has migrated, nor a rollback must take this
	// one out of service: only pending migrations of this build do
	private static Status status(StoreSnapshot snapshot) {
		return switch (snapshot.status()) {
			case FAILED, INVALID, INTERRUPTED -> Status.DOWN;
			case PENDING -> Status.OUT_OF_SERVICE;
			case LOCKED, RUNNING -> snapshot.entries().stream().anyMatch(StoreHealthIndicator::isLacking)
					? Status.OUT_OF_SERVICE : Status.UP;
			case AHEAD, HELD, UP_TO_DATE -> Status.UP;
			case UNREACHABLE, DISABLED -> Status.UNKNOWN;
		};
	}

	private static boolean isLacking(MigrationEntry entry) {
		return entry.inBuild() && (entry.state().isPending() || entry.state() == MigrationState.RUNNING);
	}

}
