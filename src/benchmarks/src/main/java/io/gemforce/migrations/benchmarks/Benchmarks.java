package io.gemforce.migrations.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import com.mongodb.client.MongoClient;
import org.springframework.boot.SpringBootVersion;
import org.springframework.util.FileSystemUtils;

/**
 * Measures this library beside Mongock and prints what was measured, and whether it is
 * what is to be reached. Takes the server that {@code MIGRATIONS_TEST_MONGODB_URI} names,
 * else one in memory.
 */
public final class Benchmarks {

	private static final int INSTANCES = 8;

	private Benchmarks() {
	}

	/**
	 * Run all benchmarks.
	 * @param args none
	 * @throws Exception if a tool fails, or has not applied each migration once
	 */
	public static void main(String[] args) throws Exception {
		Tool ours = new GemforceTool();
		Tool rival = new MongockTool();
		Path directory = Files.createTempDirectory("migrations-benchmarks");
		try (BenchmarkServer server = BenchmarkServer.resolve();
				MongoClient observer = server.connect();
				Instances instances = new Instances(server, INSTANCES)) {
			System.out.println(describe(server, observer, rival));
			Contest contest = new Contest(ours, rival, observer, instances, directory);
			Map<Scenario, Comparison> comparisons = new LinkedHashMap<>();
			for (Scenario scenario : Scenario.all(BenchmarkServer.hasTransactions(observer), INSTANCES)) {
				System.err.println("Measuring: " + scenario);
				comparisons.put(scenario, contest.run(scenario));
			}
			System.out.println(BenchmarkReport.of(new Results(comparisons), ours.label(), rival.label()));
		}
		finally {
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	private static String describe(BenchmarkServer server, MongoClient client, Tool rival) {
		return """
				Gemforce Migrations beside %s on Spring Boot %s

				- %s
				- Server: %s
				- Java %s, %d processors, %d MB of heap (%s)
				""".formatted(rival.label(), SpringBootVersion.getVersion(),
				Instant.now().truncatedTo(ChronoUnit.MINUTES), server.describe(client), Runtime.version(),
				Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory() >> 20,
				ManagementFactory.getGarbageCollectorMXBeans()
					.stream()
					.map((collector) -> collector.getName())
					.collect(Collectors.joining(", ")));
	}

}
