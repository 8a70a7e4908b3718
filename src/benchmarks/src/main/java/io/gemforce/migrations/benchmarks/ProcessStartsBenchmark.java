package io.gemforce.migrations.benchmarks;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.mongodb.client.MongoDatabase;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.benchmarks.StartedService.Kind;

/**
 * Starts whole processes of a service whose migrations are all applied: without a tool,
 * with this library and with Mongock, in turn. What a tool costs is the difference to the
 * service without one: the classes it brings, the beans, the discovery of the migrations
 * and the look at the history.
 */
final class ProcessStartsBenchmark implements Benchmark {

	private static final String DATABASE = "migrations_benchmark_process_";

	private static final int ROUNDS = 11;

	private static final int WARM_UP_ROUNDS = 1;

	@Override
	public String id() {
		return "processes";
	}

	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		MongockTool rival = new MongockTool();
		Table figures = Table.of("", "service alone, ms", rival.label() + ", beyond it, ms", "Gemforce, beyond it, ms",
				"ratio", "rounds");
		List<Target> targets = new ArrayList<>();
		for (int migrations : new int[] { 2, 100, 1000 }) {
			Map<Kind, Times> times = measure(surroundings, migrations);
			double alone = median(times, Kind.ALONE);
			double theirs = median(times, Kind.MONGOCK) - alone;
			double ours = median(times, Kind.GEMFORCE) - alone;
			String what = String.format(Locale.ROOT, "start of a process, %,d migrations applied", migrations);
			figures.add(what, alone, theirs, ours, String.format(Locale.ROOT, "%.3f", ours / theirs), ROUNDS);
			targets.add(Target.ratio(what, ours / theirs, 1));
		}
		return new Measurement("Starts of whole processes with nothing to do", figures, rival.label(), targets);
	}

	private static double median(Map<Kind, Times> times, Kind kind) {
		Times measured = times.get(kind);
		if (measured == null) {
			throw new IllegalStateException("Nothing was measured for " + kind);
		}
		return measured.median();
	}

	private static Map<Kind, Times> measure(Surroundings surroundings, int count) throws Exception {
		Map<Kind, Times> times = new EnumMap<>(Kind.class);
		List<Child> children = new ArrayList<>();
		for (Kind kind : Kind.values()) {
			times.put(kind, new Times());
			Child child = Child.of(kind, surroundings, count);
			child.database().drop();
			// Applies the migrations
			child.start();
			children.add(child);
		}
		for (int round = 1; round <= WARM_UP_ROUNDS + ROUNDS; round++) {
			System.err.printf("Measuring: processes with %d migrations, round %d%n", count, round);
			for (Child child : children) {
				Times target = (round > WARM_UP_ROUNDS) ? times.get(child.kind()) : new Times();
				if (target != null) {
					target.measure(child::start);
				}
			}
			// In another order, as what ran before may have an effect
			children.add(children.remove(0));
		}
		for (Child child : children) {
			child.requireAppliedOnce(count);
			child.database().drop();
		}
		return times;
	}

	/**
	 * A service that is started as a process.
	 *
	 * @param kind what migrates it
	 * @param database its database
	 * @param uri the address of the database
	 * @param classes its migrations, {@code null} if it has none
	 */
	private record Child(Kind kind, MongoDatabase database, String uri, @Nullable MigrationClasses classes) {

		static Child of(Kind kind, Surroundings surroundings, int count) {
			String database = DATABASE + kind.name().toLowerCase(Locale.ROOT);
			return new Child(kind, surroundings.observer().getDatabase(database), surroundings.server().uri(database),
					classes(kind, surroundings.directory(), count));
		}

		private static @Nullable MigrationClasses classes(Kind kind, Path directory, int count) {
			return switch (kind) {
				case ALONE -> null;
				case GEMFORCE -> MigrationClasses.compile(new GemforceTool(), count, false, directory);
				case MONGOCK -> MigrationClasses.compile(new MongockTool(), count, false, directory);
			};
		}

		private Integer start() throws IOException, InterruptedException {
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
							"-Xmx256m"));
			command.addAll(List.of("-cp", classPath(), StartedService.class.getName(), this.kind.name(),
					(this.classes != null) ? this.classes.packageName() : ""));
			ProcessBuilder builder = new ProcessBuilder(command);
			builder.environment().put(StartedService.DATABASE, this.uri);
			int exitCode = builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT).start().waitFor();
			if (exitCode != 0) {
				throw new IllegalStateException("The service (%s) has failed".formatted(this.kind));
			}
			return exitCode;
		}

		private String classPath() {
			Stream<String> own = (this.classes != null) ? Stream.of(Path.of(this.classes.root().getPath()).toString())
					: Stream.empty();
			Stream<String> libraries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
				.filter((entry) -> this.kind == Kind.GEMFORCE || !isOfGemforce(entry))
				.filter((entry) -> this.kind == Kind.MONGOCK || !entry.contains("mongock"));
			return Stream.concat(own, libraries).collect(Collectors.joining(File.pathSeparator));
		}

		private static boolean isOfGemforce(String entry) {
			return entry.contains("gemforce-migrations-spring-boot")
					|| entry.contains(Path.of("autoconfigure", "target").toString());
		}

		private void requireAppliedOnce(int count) {
			long applied = this.database.getCollection(Service.APPLIED).countDocuments();
			if (this.classes != null && applied != count) {
				throw new IllegalStateException(
						"%s has applied %d of %d migrations".formatted(this.kind, applied, count));
			}
		}

	}

}
