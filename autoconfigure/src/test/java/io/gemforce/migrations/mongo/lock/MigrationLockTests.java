package io.gemforce.migrations.mongo.lock;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

import org.awaitility.Awaitility;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link MigrationLock}.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class MigrationLockTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	private static final Duration SHORT = Duration.ofSeconds(1);

	private static final MigrationLock.Pause PAUSE = (pause) -> Thread.sleep(pause.toMillis());

	private static final MigrationLock.Pause GIVING_UP = (pause) -> {
		throw new InterruptedException();
	};

	private final MongoTestDatabase mongo;

	MigrationLockTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void isKeptInOneDocument() throws Exception {
		try (Lease lease = acquire("a", LONG)) {
			assertThat(lease.fence()).isOne();
			assertThat(lease.isTakenOver()).isFalse();
			assertThat(document()).containsEntry("_id", "mongo")
				.containsEntry("owner", "a")
				.containsEntry("fence", 1L)
				.containsEntry("leaseMs", 60_000L)
				.containsEntry("application", "gems")
				.containsEntry("host", "host")
				.containsKeys("beat", "lsid", "acquiredAt", "doing");
		}
		assertThat(document()).containsEntry("owner", null).containsEntry("fence", 1L);
	}

	@Test
	void fenceCountsUp() throws Exception {
		for (long fence = 1; fence <= 3; fence++) {
			try (Lease lease = acquire("a" + fence, LONG)) {
				assertThat(lease.fence()).isEqualTo(fence);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 16 })
	void onlyOneAcquiresOnTheVeryFirstStart(int contenders) throws Exception {
		for (int round = 0; round < 20; round++) {
			this.mongo.lock().drop();
			List<Optional<Lease>> leases = together(contenders, (number) -> () -> {
				try {
					return lock(LONG).acquire(holder("contender " + number), Duration.ZERO, () -> true, GIVING_UP);
				}
				catch (InterruptedException ex) {
					return Optional.empty();
				}
			});
			assertThat(leases.stream().flatMap(Optional::stream)).hasSize(1)
				.allSatisfy((lease) -> assertThat(lease.fence()).isOne());
			leases.stream().flatMap(Optional::stream).forEach(Lease::close);
		}
	}

	@Test
	void waiterGetsTheLockWhenItIsReleased() throws Exception {
		Lease first = acquire("a", LONG);
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			Future<Lease> second = executor.submit(() -> acquire("b", LONG));
			awaitWaiting();
			first.close();
			assertThat(second.get(10, TimeUnit.SECONDS).fence()).isEqualTo(2);
			assertThat(second.get().isTakenOver()).isFalse();
			second.get().close();
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void waiterThatNoLongerNeedsTheLockDoesNotTakeIt() throws Exception {
		Lease first = acquire("a", LONG);
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			Future<Optional<Lease>> second = executor
				.submit(() -> lock(LONG).acquire(holder("b"), LONG, () -> false, PAUSE));
			awaitWaiting();
			first.close();
			assertThat(second.get(10, TimeUnit.SECONDS)).isEmpty();
			assertThat(document()).containsEntry("fence", 1L);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static void awaitWaiting() {
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.values()
				.stream()
				.anyMatch((stack) -> List.of(stack)
					.stream()
					.anyMatch((frame) -> frame.getClassName().equals(MigrationLock.class.getName()))
						&& stack[0].getMethodName().startsWith("sleep")));
	}

	@Test
	void waitingEndsAndSaysWhoHoldsTheLock(CapturedOutput output) throws Exception {
		try (Lease lease = acquire("a", SHORT)) {
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> lock(LONG).acquire(holder("b"), Duration.ofMillis(700), () -> true, PAUSE))
				.satisfies((ex) -> assertThat(ex.getLock().owner()).isEqualTo("a"));
			assertThat(output).containsOnlyOnce("Waiting for the migration lock of store 'mongo', held by a since ");
		}
	}

	@Test
	void waitingIsReportedEveryThirtySeconds(CapturedOutput output) throws Exception {
		AtomicLong nanos = new AtomicLong();
		MigrationLock.Pause beating = (pause) -> this.mongo.lock()
			.updateOne(new Document(), new Document("$inc", new Document("beat", 1L)));
		try (Lease lease = acquire("a", Duration.ofHours(1))) {
			MigrationLock lock = new MigrationLock(this.mongo.lock(), Duration.ofHours(1),
					() -> nanos.addAndGet(Duration.ofSeconds(7).toNanos()), Clock.systemUTC());
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> lock.acquire(holder("b"), Duration.ofSeconds(100), () -> true, beating));
			assertThat(output.getOut().lines().filter((line) -> line.contains("Waiting for the migration lock")))
				.hasSizeBetween(2, 4);
		}
	}

	@Test
	void holderThatBeatsIsNotTakenOver() throws Exception {
		try (Lease lease = acquire("a", SHORT)) {
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> lock(SHORT).acquire(holder("b"), SHORT.multipliedBy(3), () -> true, PAUSE));
			lease.check();
			assertThat(document()).containsEntry("owner", "a");
		}
	}

	@Test
	void holderThatDoesNotBeatIsTakenOverAfterItsLease() throws Exception {
		this.mongo.lock().insertOne(held("dead", 7, SHORT));
		long startedAt = System.nanoTime();
		try (Lease lease = acquire("b", SHORT)) {
			Duration waited = Duration.ofNanos(System.nanoTime() - startedAt);
			assertThat(lease.fence()).isEqualTo(8);
			assertThat(lease.isTakenOver()).isTrue();
			assertThat(lease.predecessor()).isNotNull()
				.satisfies((predecessor) -> assertThat(predecessor.owner()).isEqualTo("dead"));
			assertThat(waited).isGreaterThanOrEqualTo(SHORT);
		}
	}

	@Test
	void deadHolderIsTakenOverByWhoWaitsForLessThanALease() throws Exception {
		this.mongo.lock().insertOne(held("dead", 7, SHORT));
		try (Lease lease = lock(SHORT).acquire(holder("b"), Duration.ofMillis(1), () -> true, PAUSE).orElseThrow()) {
			assertThat(lease.fence()).isEqualTo(8);
			assertThat(lease.isTakenOver()).isTrue();
		}
	}

	@Test
	void releaseOfAThreadThatIsInterruptedIsARelease() throws Exception {
		Lease lease = acquire("a", LONG);
		Thread.currentThread().interrupt();
		lease.close();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(document()).containsEntry("owner", null);
	}

	@Test
	void lockThatWasGivenBackIsNotHeld() throws Exception {
		Lease lease = acquire("a", LONG);
		lease.close();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(lease::check);
	}

	@Test
	void longerLeaseOfTheTwoIsRespected() {
		AtomicLong nanos = new AtomicLong();
		LockWatch watch = new LockWatch(SHORT, nanos::get);
		LockDocument held = LockDocument.from(held("dead", 7, Duration.ofSeconds(10)));
		assertThat(watch.isExpired(held)).isFalse();
		nanos.set(Duration.ofMillis(9_999).toNanos());
		assertThat(watch.isExpired(held)).isFalse();
		nanos.set(Duration.ofSeconds(10).toNanos());
		assertThat(watch.isExpired(held)).isTrue();
	}

	@Test
	void anyBeatStartsTheWatchAnew() {
		AtomicLong nanos = new AtomicLong();
		LockWatch watch = new LockWatch(SHORT, nanos::get);
		Document held = held("alive", 7, SHORT);
		for (long beat = 0; beat < 10; beat++) {
			nanos.addAndGet(SHORT.toNanos());
			assertThat(watch.isExpired(LockDocument.from(new Document(held).append("beat", beat)))).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { -10, 10 })
	void clocksOfContendersDoNotMatter(long minutes) throws Exception {
		Clock skewed = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(minutes));
		try (Lease lease = acquire("a", SHORT)) {
			MigrationLock contender = new MigrationLock(this.mongo.lock(), SHORT, System::nanoTime, skewed);
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> contender.acquire(holder("b"), SHORT.multipliedBy(2), () -> true, PAUSE));
			lease.check();
		}
		this.mongo.lock().drop();
		this.mongo.lock().insertOne(held("dead", 7, SHORT));
		long startedAt = System.nanoTime();
		try (Lease lease = new MigrationLock(this.mongo.lock(), SHORT, System::nanoTime, skewed)
			.acquire(holder("b"), LONG, () -> true, PAUSE)
			.orElseThrow()) {
			assertThat(lease.isTakenOver()).isTrue();
			assertThat(Duration.ofNanos(System.nanoTime() - startedAt)).isLessThan(SHORT.multipliedBy(5));
		}
	}

	@Test
	void holderGivesItselfUpWhenItCouldNotBeatForThreeQuartersOfItsLease() throws Exception {
		AtomicLong nanos = new AtomicLong();
		MigrationLock lock = new MigrationLock(this.mongo.lock(), LONG, nanos::get, Clock.systemUTC());
		try (Lease lease = lock.acquire(holder("a"), LONG, () -> true, PAUSE).orElseThrow()) {
			nanos.set(LONG.toNanos() * 3 / 4 - 1);
			lease.check();
			nanos.incrementAndGet();
			assertThatExceptionOfType(LockLostException.class).isThrownBy(lease::check)
				.withMessageContaining("it could not be renewed for PT45S");
		}
	}

	@Test
	void holderNoticesThatItWasTakenOver() throws Exception {
		try (Lease lease = acquire("a", SHORT)) {
			this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", "b")));
			Awaitility.await()
				.untilAsserted(() -> assertThatExceptionOfType(LockLostException.class).isThrownBy(lease::check)
					.withMessageContaining("another instance has taken it over"));
		}
		assertThat(document()).containsEntry("owner", "b");
	}

	@Test
	void losingTheLockInterruptsTheWork() throws Exception {
		try (Lease lease = acquire("a", SHORT)) {
			this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", "b")));
			assertThatExceptionOfType(InterruptedException.class)
				.isThrownBy(() -> lease.work(() -> new CountDownLatch(1).await()));
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
	}

	@Test
	void abandonedLockRunsOut() throws Exception {
		try (Lease lease = acquire("a", SHORT)) {
			lease.abandon();
		}
		assertThat(document()).containsEntry("owner", "a");
		try (Lease lease = acquire("b", SHORT)) {
			assertThat(lease.isTakenOver()).isTrue();
		}
	}

	@Test
	void lockThatTurnsOutToBeOnesOwnIsHeld() throws Exception {
		this.mongo.lock().insertOne(held("a", 7, LONG));
		try (Lease lease = acquire("a", LONG)) {
			assertThat(lease.fence()).isEqualTo(7);
			assertThat(lease.isTakenOver()).isTrue();
		}
		assertThat(document()).containsEntry("owner", null);
	}

	@Test
	void sessionsOfAllDeadHoldersAreKeptUntilTheRelease() throws Exception {
		this.mongo.lock().insertOne(held("dead", 7, SHORT).append("lsid", session(1)));
		try (Lease lease = lock(SHORT).acquire(holder("b", session(2)), LONG, () -> true, PAUSE).orElseThrow()) {
			assertThat(lease.leftSessions()).containsExactly(new Document("id", 1));
			lease.abandon();
		}
		try (Lease lease = lock(SHORT).acquire(holder("c", session(3)), LONG, () -> true, PAUSE).orElseThrow()) {
			assertThat(lease.leftSessions()).containsExactly(new Document("id", 2), new Document("id", 1));
		}
		assertThat(document()).containsEntry("owner", null).doesNotContainKey("leftLsids");
	}

	private static BsonDocument session(int id) {
		return new BsonDocument("id", new BsonInt32(id));
	}

	private static LockHolder holder(String owner, BsonDocument session) {
		return new LockHolder(owner, "gems", "host", session);
	}

	@Test
	void holderThatCouldNotBeatDoesNotRelease() throws Exception {
		AtomicLong nanos = new AtomicLong();
		MigrationLock lock = new MigrationLock(this.mongo.lock(), LONG, nanos::get, Clock.systemUTC());
		try (Lease lease = lock.acquire(holder("a"), LONG, () -> true, PAUSE).orElseThrow()) {
			nanos.set(LONG.toNanos());
		}
		assertThat(document()).containsEntry("owner", "a");
	}

	@Test
	void whatTheHolderDoesIsSeen() throws Exception {
		try (Lease lease = acquire("a", SHORT)) {
			lease.doing("2 (rename a to b)");
			Awaitility.await().untilAsserted(() -> assertThat(document()).containsEntry("doing", "2 (rename a to b)"));
		}
	}

	@Test
	void leaseMustNotBeTooShort() {
		assertThatIllegalArgumentException().isThrownBy(() -> lock(Duration.ZERO))
			.withMessageContaining("A lease must be at least PT1S");
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 5, 30, 600 })
	void threeBeatsWithTheirTimeoutsFitIntoTheHoldersTime(long seconds) {
		LeaseTimes times = new LeaseTimes(Duration.ofSeconds(seconds));
		assertThat(times.beatInterval().plus(times.beatTimeout()).multipliedBy(3))
			.isLessThanOrEqualTo(times.holderDeadline());
		assertThat(times.holderDeadline()).isLessThan(times.lease().multipliedBy(98).dividedBy(100));
	}

	private Lease acquire(String owner, Duration lease) throws InterruptedException {
		return lock(lease).acquire(holder(owner), LONG, () -> true, PAUSE).orElseThrow();
	}

	private MigrationLock lock(Duration lease) {
		return new MigrationLock(this.mongo.lock(), lease, System::nanoTime, Clock.systemUTC());
	}

	private static LockHolder holder(String owner) {
		return holder(owner, null);
	}

	private Document document() {
		return this.mongo.lock().find().first();
	}

	private static Document held(String owner, long fence, Duration lease) {
		return new Document("_id", "mongo").append("owner", owner)
			.append("fence", fence)
			.append("beat", 1L)
			.append("leaseMs", lease.toMillis());
	}

	private static <T> List<T> together(int count, IntFunction<Callable<T>> task) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(count);
		CountDownLatch go = new CountDownLatch(1);
		try {
			List<Future<T>> futures = new ArrayList<>();
			for (int number = 0; number < count; number++) {
				Callable<T> callable = task.apply(number);
				futures.add(executor.submit(() -> {
					go.await();
					return callable.call();
				}));
			}
			go.countDown();
			List<T> results = new ArrayList<>();
			for (Future<T> future : futures) {
				results.add(future.get(1, TimeUnit.MINUTES));
			}
			return results;
		}
		finally {
			executor.shutdownNow();
		}
	}

}
