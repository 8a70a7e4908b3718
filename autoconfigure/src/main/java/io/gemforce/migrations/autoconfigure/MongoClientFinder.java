package io.gemforce.migrations.autoconfigure;

import java.util.Optional;

import com.mongodb.client.MongoClient;
import org.springframework.data.mongodb.MongoClusterCapable;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.util.ClassUtils;

/**
 * Finds the client of a {@link MongoDatabaseFactory}, exposed by Spring Data from 5.1 on.
 */
final class MongoClientFinder {

	private static final boolean TOLD = ClassUtils.isPresent("org.springframework.data.mongodb.MongoClusterCapable",
			MongoClientFinder.class.getClassLoader());

	private MongoClientFinder() {
	}

	static Optional<MongoClient> of(MongoDatabaseFactory factory) {
		return TOLD ? Telling.client(factory) : Optional.empty();
	}

	// Loaded only where the interface exists
	private static final class Telling {

		private static Optional<MongoClient> client(MongoDatabaseFactory factory) {
			return (factory instanceof MongoClusterCapable capable
					&& capable.getMongoCluster() instanceof MongoClient client) ? Optional.of(client)
							: Optional.empty();
		}

	}

}
