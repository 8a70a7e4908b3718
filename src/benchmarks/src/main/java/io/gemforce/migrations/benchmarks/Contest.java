package io.gemforce.migrations.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.mongodb.client.MongoClient;

/**
 * Lets this library and a rival do the same, in turn, on the same server.
 */
final class Contest {

	private final Tool ours;

	private final Tool rival;

	private final MongoClient observer;

	private final Instances instances;

	private final Path directory;

	private final Map<String, MigrationClasses> compiled = new HashMap<>();

	/**
	 * Create a contest.
	 * @param directory where to put what is compiled
	 */
	Contest(Tool ours, Tool rival, MongoClient observer, Instances instances, Path directory) {
		this.ours = ours;
		this.rival = rival;
		this.observer = observer;
		this.instances = instances;
		this.directory = directory;
	}

	/**
	 * Run a scenario in rounds: in each round each tool has its turn, in the other order
	 * than in the round before.
	 * @throws Exception if a tool fails, or has not applied each migration once
	 */
	Comparison run(Scenario scenario) throws Exception {
		Entrant ours = enter(this.ours, scenario);
		Entrant rival = enter(this.rival, scenario);
		List<Entrant> turns = new ArrayList<>(List.of(ours, rival));
		for (int round = 1; round <= scenario.warmUpRounds() + scenario.rounds(); round++) {
			for (Entrant entrant : turns) {
				entrant.takeTurn(round > scenario.warmUpRounds());
			}
			Collections.reverse(turns);
		}
		return new Comparison(ours.leave(), rival.leave());
	}

	private Entrant enter(Tool tool, Scenario scenario) throws Exception {
		MigrationClasses migrations = this.compiled.computeIfAbsent(
				"%s %d %s".formatted(tool.id(), scenario.migrations(), scenario.transactional()),
				(key) -> MigrationClasses.compile(tool, scenario.migrations(), scenario.transactional(),
						this.directory));
		Entrant entrant = new Entrant(tool, scenario, migrations, this.observer, this.instances);
		entrant.prepare();
		return entrant;
	}

}
