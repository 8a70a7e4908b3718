package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.Version;

/**
 * The migrations that this build has.
 *
 * @param migrations the migrations, in the order of their versions, each version once
 * @param problems what is wrong with others
 */
record Discovery(List<BeanMigration> migrations, List<Problem> problems) {

	Discovery {
		migrations = List.copyOf(migrations);
		problems = List.copyOf(problems);
	}

	Map<Version, BeanMigration> byVersion() {
		return this.migrations.stream().collect(Collectors.toMap(BeanMigration::version, Function.identity()));
	}

}
