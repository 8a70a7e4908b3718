package io.gemforce.migrations.benchmarks;

import java.util.List;
import java.util.Locale;

import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import io.gemforce.migrations.mongo.change.ChangeFiles;

/**
 * Reads and checks many change files.
 */
final class FilesBenchmark implements Benchmark {

	private static final int FILES = 1000;

	private static final int WARM_UP_ROUNDS = 5;

	private static final int ROUNDS = 11;

	@Override
	public String id() {
		return "files";
	}

	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		ChangeFolder folder = ChangeFolder.in(surroundings.directory());
		for (int version = 1; version <= FILES; version++) {
			folder.with(version, "renameField: {collection: gems, from: oldName%d, to: newName%1$d}".formatted(version),
					"addField: {collection: gems, field: status%d, value: active}".formatted(version),
					"createIndex: {collection: gems, name: by_status%d, keys: {status%1$d: 1, name: -1}}"
						.formatted(version));
		}
		Times warmUp = new Times();
		for (int round = 0; round < WARM_UP_ROUNDS; round++) {
			warmUp.measure(() -> read(folder));
		}
		Times times = new Times();
		for (int round = 0; round < ROUNDS; round++) {
			times.measure(() -> read(folder));
		}
		Table figures = Table.of("", "the very first time, ms", "after warm-up: median, ms", "slowest, ms", "rounds");
		figures.add(String.format(Locale.ROOT, "%,d files of three changes", FILES), warmUp.slowest(), times.median(),
				times.slowest(), times.count());
		return new Measurement("Change files", figures, "",
				List.of(Target.alone("time to read and check, ms", times.median(), 1000, 0)));
	}

	private static ChangeFiles read(ChangeFolder folder) {
		ChangeFiles files = ChangeFiles.find(new PathMatchingResourcePatternResolver(), List.of(folder.location()),
				true);
		if (!files.problems().isEmpty() || files.files().size() != FILES) {
			throw new IllegalStateException("Read %d files: %s".formatted(files.files().size(), files.problems()));
		}
		return files;
	}

}
