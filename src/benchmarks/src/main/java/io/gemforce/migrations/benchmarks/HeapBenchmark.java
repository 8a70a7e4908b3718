package io.gemforce.migrations.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;

/**
 * Changes many documents in a process whose heap is hardly larger than what the idle
 * service needs.
 */
final class HeapBenchmark implements Benchmark {

	private static final int BEYOND_IDLE = 64;

	private static final String DATABASE = "migrations_benchmark_heap";

	@Override
	public String id() {
		return "heap";
	}

	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		ChangeFolder folder = ChangeFolder.in(surroundings.directory())
			.with(1, "renameField: {collection: gems, from: oldName, to: newName}",
					"removeField: {collection: gems, field: newName}");
		MongoDatabase database = surroundings.observer().getDatabase(DATABASE);
		database.drop();
		Gems gems = new Gems(database.getCollection("gems"));
		gems.insert(surroundings.documents());
		Probe probe = new Probe(surroundings.server().uri(DATABASE), folder);
		long idle = probe.run(512, false).orElseThrow(() -> new IllegalStateException("The idle service has failed"));
		long heap = (idle >> 20) + 1 + BEYOND_IDLE;
		Times times = new Times();
		Callable<Optional<Long>> migrating = () -> probe.run(heap, true);
		boolean enough = times.measure(migrating).isPresent();
		if (enough) {
			gems.requireNone(Filters.exists("newName"));
		}
		database.drop();
		Table figures = Table.of("", "idle service, MB", "heap given, MB", "start and run, ms", "end");
		figures.add(
				String.format(Locale.ROOT, "`renameField`, then `removeField` with pre-images, of %,d documents",
						surroundings.documents()),
				(double) idle / (1 << 20), heap, times.slowest(), enough ? "done" : "failed");
		return new Measurement("Heap of a service that changes many documents", figures, "",
				List.of(Target.alone("heap beyond the idle service that is enough, MB",
						enough ? BEYOND_IDLE : Double.POSITIVE_INFINITY, BEYOND_IDLE, 0)));
	}

	/**
	 * Runs a {@link HeapProbe}.
	 *
	 * @param uri the address of its database
	 * @param folder its change files
	 */
	private record Probe(String uri, ChangeFolder folder) {

		/**
		 * Returns the bytes of the heap that are in use when it is idle, or empty if it
		 * failed.
		 */
		private Optional<Long> run(long heap, boolean migrating) throws IOException, InterruptedException {
			ProcessBuilder builder = new ProcessBuilder(
					Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
					"-Xmx%dm".formatted(heap), "-cp", System.getProperty("java.class.path"), HeapProbe.class.getName(),
					this.folder.location(), String.valueOf(migrating));
			builder.environment().put(HeapProbe.DATABASE, this.uri);
			Process process = builder.redirectError(Redirect.INHERIT).start();
			String idle = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return (process.waitFor() == 0) ? Optional.of(Long.valueOf(idle.strip())) : Optional.empty();
		}

	}

}
