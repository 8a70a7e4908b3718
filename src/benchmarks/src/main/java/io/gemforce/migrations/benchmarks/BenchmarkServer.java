package io.gemforce.migrations.benchmarks;

import java.net.InetSocketAddress;
import java.util.List;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ClusterType;
import com.mongodb.event.CommandListener;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The MongoDB that both tools run on.
 *
 * @param uri the address
 * @param origin where the address is from
 * @param inMemory the server, {@code null} if it is not one of this process
 */
record BenchmarkServer(String uri, String origin, @Nullable MongoServer inMemory) implements AutoCloseable {

	private static final String VARIABLE = "MIGRATIONS_TEST_MONGODB_URI";

	/**
	 * Find the server that the environment names, or start one in memory.
	 */
	static BenchmarkServer resolve() {
		String given = System.getenv(VARIABLE);
		if (given != null && !given.isBlank()) {
			return new BenchmarkServer(given, "named by " + VARIABLE, null);
		}
		MongoServer server = new MongoServer(new MemoryBackend());
		InetSocketAddress address = server.bind();
		return new BenchmarkServer("mongodb://%s:%d/".formatted(address.getHostString(), address.getPort()),
				"in memory, as %s is not set".formatted(VARIABLE), server);
	}

	String uri(String database) {
		int options = this.uri.indexOf('?');
		String hosts = (options >= 0) ? this.uri.substring(0, options) : this.uri;
		String slash = (hosts.indexOf('/', "mongodb://".length()) >= 0) ? "" : "/";
		return hosts + slash + database + ((options >= 0) ? this.uri.substring(options) : "");
	}

	MongoClient connect(CommandListener... listeners) {
		MongoClient client = MongoClients.create(MongoClientSettings.builder()
			.applyConnectionString(new ConnectionString(this.uri))
			.commandListenerList(List.of(listeners))
			.build());
		client.getDatabase("admin").runCommand(new Document("ping", 1));
		return client;
	}

	static boolean hasTransactions(MongoClient client) {
		return client.getClusterDescription().getType() == ClusterType.REPLICA_SET;
	}

	/**
	 * Describe the server.
	 * @return its version, what it is, and where its address is from
	 */
	String describe(MongoClient client) {
		Document build = client.getDatabase("admin").runCommand(new Document("buildInfo", 1));
		return "MongoDB %s by its own account, %s (%s)".formatted(build.getString("version"),
				hasTransactions(client) ? "a replica set" : "without transactions", this.origin);
	}

	@Override
	public void close() {
		if (this.inMemory != null) {
			this.inMemory.shutdownNow();
		}
	}

}
