package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.springframework.util.function.SingletonSupplier;

import io.gemforce.migrations.store.ShutdownSignal;

final class ExecutorFactory {

	private final AttemptFactory attempts;

	private final MongoAccess access;

	private final Supplier<Duration> transactionLifetime;

	private final MigrationThread thread;

	private final ShutdownSignal stop;

	private final LongSupplier nanoTime;

	ExecutorFactory(AttemptFactory attempts, MongoAccess access, MigrationThread thread, ShutdownSignal stop,
			LongSupplier nanoTime) {
		this.attempts = attempts;
		this.access = access;
		this.transactionLifetime = SingletonSupplier.of(access::transactionLifetime);
		this.thread = thread;
		this.stop = stop;
		this.nanoTime = nanoTime;
	}

	MigrationExecutor create(LockedHistory locked) {
		RunnerTransactions transactions = new RunnerTransactions(this.access, locked.session(),
				this.transactionLifetime, this.stop, this.nanoTime);
		return new MigrationExecutor(locked, this.attempts, transactions, this.thread, this.nanoTime);
	}

}
