package io.gemforce.migrations.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.mongodb.client.MongoClient;
import org.springframework.boot.SpringBootVersion;
import org.springframework.util.FileSystemUtils;

/**
 * Measures this library and prints what was measured, and whether it is what is to be
 * reached. Takes the MongoDB that {@code MIGRATIONS_TEST_MONGODB_URI} names, else one in
 * memory.
 */
public final class Benchmarks {

	private static final List<Benchmark> ALL = Stream
		.of(List.of(new StartsBenchmark(), new ProcessStartsBenchmark(), new RunnersBenchmark(),
				ChangeBenchmark.rename(), ChangeBenchmark.nest(), ChangeBenchmark.move()),
				ChangeBenchmark.withPreimages(),
				List.of(new HeapBenchmark(), new FilesBenchmark(), new EndpointBenchmark(), new TrafficBenchmark()))
		.<Benchmark>flatMap(List::stream)
		.toList();

	private static final String DOCUMENTS = "documents=";

	private Benchmarks() {
	}

	/**
	 * Run benchmarks.
	 * @param args the names of what to run, all if there are none, and
	 * {@code documents=<number>} for another number of documents than 1,000,000 in the
	 * collections that are changed
	 * @throws Exception if something cannot be measured, or does not do what it should
	 */
	public static void main(String[] args) throws Exception {
		int documents = 1_000_000;
		List<String> names = new ArrayList<>();
		for (String arg : args) {
			if (arg.startsWith(DOCUMENTS)) {
				documents = Integer.parseInt(arg.substring(DOCUMENTS.length()));
			}
			else {
				names.add(arg);
			}
		}
		run(choose(names), documents);
		// Threads of what was measured do not hold up the end
		System.exit(0);
	}

	private static List<Benchmark> choose(List<String> names) {
		List<String> known = ALL.stream().map(Benchmark::id).toList();
		if (!known.containsAll(names)) {
			throw new IllegalArgumentException("Unknown benchmark among %s: choose of %s".formatted(names, known));
		}
		return ALL.stream().filter((benchmark) -> names.isEmpty() || names.contains(benchmark.id())).toList();
	}

	private static void run(List<Benchmark> benchmarks, int documents) throws Exception {
		Path directory = Files.createTempDirectory("migrations-benchmarks");
		try (BenchmarkServer server = BenchmarkServer.resolve(); MongoClient observer = server.connect()) {
			Surroundings surroundings = new Surroundings(server, observer, directory, documents);
			System.out.println(describe(surroundings));
			for (Benchmark benchmark : benchmarks) {
				System.out.println(benchmark.run(surroundings).toMarkdown());
			}
		}
		finally {
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	private static String describe(Surroundings surroundings) {
		return """
				- %s, Spring Boot %s
				- Server: %s
				- Java %s, %d processors, %d MB of heap (%s), load of the machine at the beginning: %.1f
				""".formatted(Instant.now().truncatedTo(ChronoUnit.MINUTES), SpringBootVersion.getVersion(),
				surroundings.server().describe(surroundings.observer()), Runtime.version(),
				Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory() >> 20,
				ManagementFactory.getGarbageCollectorMXBeans()
					.stream()
					.map((collector) -> collector.getName())
					.collect(Collectors.joining(", ")),
				ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
	}

}
