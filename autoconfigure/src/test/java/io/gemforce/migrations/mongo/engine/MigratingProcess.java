package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.concurrent.Semaphore;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoTestDatabase;

/**
 * An instance of a service in a process of its own, to be killed or frozen: says READY,
 * migrates when it is told to, says what has become of it and ends.
 */
public final class MigratingProcess {

	private static final String FAILED = "FAILED ";

	/**
	 * More that start at the same time make each other lose their leases.
	 */
	private static final Semaphore STARTING = new Semaphore(3);

	private MigratingProcess() {
	}

	/**
	 * Returns the process, ready to begin.
	 */
	static ChildProcess start(MongoProxy proxy, MongoTestDatabase mongo, MigrationKind kind, Duration lease) {
		return start(Task.MIGRATE, proxy, mongo, kind, lease);
	}

	/**
	 * Returns the process, ready to begin.
	 */
	static ChildProcess start(Task task, MongoProxy proxy, MongoTestDatabase mongo, MigrationKind kind,
			Duration lease) {
		STARTING.acquireUninterruptibly();
		try {
			ChildProcess process = ChildProcess.start(MigratingProcess.class, proxy.uri(), mongo.name(), kind.name(),
					lease.toString(), task.name());
			process.await(ChildProcess.READY);
			return process;
		}
		finally {
			STARTING.release();
		}
	}

	static boolean hasFailed(ChildProcess process, ProblemCode code) {
		return process.said((FAILED + code)::equals);
	}

	public static void main(String[] args) {
		try (TestRunner runner = TestRunner.on(args[0], args[1])
			.lease(Duration.parse(args[3]))
			.with(MigrationKind.valueOf(args[2]).migrations("1", "2"))) {
			// Load the classes and connect, so that the lease does not begin with that
			runner.validate();
			ChildProcess.waitToBeToldToGo(ChildProcess.READY);
			System.out.println("DONE " + Task.valueOf(args[4]).execute(runner).executed());
		}
		catch (MigrationException ex) {
			System.out.println(FAILED + ex.getCode());
			System.out.println(ex.getMessage());
		}
	}

	/**
	 * What a process does.
	 */
	enum Task {

		MIGRATE {

			@Override
			StoreResult execute(TestRunner runner) {
				return runner.migrate();
			}

		},

		/**
		 * Undo everything.
		 */
		ROLL_BACK {

			@Override
			StoreResult execute(TestRunner runner) {
				return runner.rollback("0");
			}

		};

		abstract StoreResult execute(TestRunner runner);

	}

}
