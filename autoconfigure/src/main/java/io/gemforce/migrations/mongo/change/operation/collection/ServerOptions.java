package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.mongodb.MongoCommandException;

import io.gemforce.migrations.mongo.change.catalog.ServerFeature;
import io.gemforce.migrations.mongo.change.contract.OperationContext;

/**
 * Refuses what a server does not have: by its version before anything is written, and by
 * what it answers, as not all servers that speak MongoDB's language know all of it.
 */
record ServerOptions(OperationContext step) {

	// CommandNotFound, CannotCreateIndex, InvalidOptions, CommandNotSupported,
	// InvalidIndexSpecificationOption, NotImplemented, and an unknown field
	private static final Set<Integer> NOT_TAKEN = Set.of(59, 67, 72, 115, 197, 238, 40415);

	void require(Collection<ServerFeature> features) {
		if (features.isEmpty()) {
			return;
		}
		int[] version = this.step.catalog().version();
		Optional<ServerFeature> missing = features.stream().filter((feature) -> !feature.isIn(version)).findFirst();
		if (missing.isPresent()) {
			throw this.step.refused(
					"%s, and the server is of version %s".formatted(missing.get(),
							Arrays.stream(version).limit(3).mapToObj(String::valueOf).collect(Collectors.joining("."))),
					"Upgrade the server, or remove this option");
		}
	}

	void define(Runnable command) {
		define(() -> {
			command.run();
			return true;
		});
	}

	/**
	 * Run a command that writes all or nothing.
	 */
	<T> T define(Supplier<T> command) {
		try {
			return command.get();
		}
		catch (MongoCommandException ex) {
			if (!NOT_TAKEN.contains(ex.getErrorCode())) {
				throw ex;
			}
			throw this.step.refused("the server does not take these options: " + ex.getErrorMessage(),
					"Remove what this server does not have, or upgrade it");
		}
	}

}
