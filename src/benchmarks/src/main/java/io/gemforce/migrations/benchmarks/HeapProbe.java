package io.gemforce.migrations.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.List;

import org.springframework.context.ConfigurableApplicationContext;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;

/**
 * A service in a process of its own, whose heap is limited.
 */
public final class HeapProbe {

	/**
	 * The environment variable with the address of the database.
	 */
	static final String DATABASE = "BENCHMARK_DATABASE";

	private HeapProbe() {
	}

	/**
	 * Start, say how much of the heap is in use, and migrate if that is wanted.
	 */
	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = GemService.startWithMongo(System.getenv(DATABASE), List.of(),
				"spring.main.web-application-type=none", "gemforce.migrations.mode=observe",
				"gemforce.migrations.mongo.locations=" + args[0],
				"gemforce.migrations.mongo.preimage-limit=" + Long.MAX_VALUE)) {
			System.gc();
			System.out.println(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
			if (Boolean.parseBoolean(args[1])) {
				RunOutcome outcome = context.getBean(Migrations.class).migrate(List.of(StoreName.MONGO), null);
				if (outcome.failure() != null) {
					throw outcome.failure();
				}
			}
		}
		System.exit(0);
	}

}
