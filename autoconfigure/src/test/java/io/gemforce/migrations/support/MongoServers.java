package io.gemforce.migrations.support;

import java.net.InetSocketAddress;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ClusterType;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.mongodb.MongoDBContainer;

/**
 * The one place where the MongoDB that tests run on is resolved: the one that
 * {@code MIGRATIONS_TEST_MONGODB_URI} names, else a replica set in a container where
 * Docker runs, else the in-memory server.
 */
public final class MongoServers {

	/**
	 * Names the MongoDB to use. With the number of a Surefire fork behind it, as in
	 * {@code ..._URI_2}, it names the one of that fork: commands that a test lets fail
	 * fail on the whole server.
	 */
	public static final String VARIABLE = "MIGRATIONS_TEST_MONGODB_URI";

	private static final String URI = resolve();

	private static final MongoClient CLIENT = MongoClients.create(URI);

	private static final boolean REPLICA_SET = isReplicaSet(CLIENT);

	private MongoServers() {
	}

	private static String resolve() {
		String given = given();
		if (given != null) {
			return given;
		}
		if (DockerClientFactory.instance().isDockerAvailable()) {
			MongoDBContainer container = new MongoDBContainer("mongo:8.0").withReplicaSet();
			container.start();
			return container.getConnectionString();
		}
		return inMemory();
	}

	private static @Nullable String given() {
		String ofFork = System.getenv(VARIABLE + "_" + System.getProperty("surefire.forkNumber"));
		String given = (ofFork != null) ? ofFork : System.getenv(VARIABLE);
		return (given == null || given.isBlank()) ? null : given;
	}

	/**
	 * Start a server in memory. It ends with the process.
	 */
	public static String inMemory() {
		InetSocketAddress address = new MongoServer(new MemoryBackend()).bind();
		return "mongodb://%s:%d/".formatted(address.getHostString(), address.getPort());
	}

	private static boolean isReplicaSet(MongoClient client) {
		client.getDatabase("admin").runCommand(new Document("ping", 1));
		boolean replicaSet = client.getClusterDescription().getType() == ClusterType.REPLICA_SET;
		if (given() != null && !replicaSet) {
			throw new IllegalStateException(VARIABLE + " must name a replica set");
		}
		return replicaSet;
	}

	public static boolean isReplicaSet() {
		return REPLICA_SET;
	}

	static MongoClient client() {
		return CLIENT;
	}

	static String uri(String database) {
		ConnectionString server = new ConnectionString(URI);
		String options = URI.contains("?") ? URI.substring(URI.indexOf('?')) : "";
		return "mongodb://%s/%s%s".formatted(String.join(",", server.getHosts()), database, options);
	}

}
