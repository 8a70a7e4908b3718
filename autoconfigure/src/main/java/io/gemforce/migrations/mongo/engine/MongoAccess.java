package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.stream.Collectors;

import com.mongodb.ClientSessionOptions;
import com.mongodb.ServerAddress;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ClusterType;
import com.mongodb.connection.ServerDescription;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mongodb.MongoDatabaseFactory;

/**
 * The application's way to MongoDB, and what the driver knows about the deployment.
 */
final class MongoAccess {

	private final MongoDatabaseFactory factory;

	private final MongoClient client;

	private final MongoSettings settings;

	MongoAccess(MongoDatabaseFactory factory, MongoClient client, MongoSettings settings) {
		this.factory = factory;
		this.client = client;
		this.settings = settings;
	}

	MongoDatabaseFactory factory() {
		return this.factory;
	}

	MongoCollection<Document> historyCollection(MongoDatabaseFactory factory) {
		return database(factory).getCollection(this.settings.historyCollection());
	}

	MongoCollection<Document> lockCollection() {
		return database(this.factory).getCollection(this.settings.lockCollection());
	}

	private MongoDatabase database(MongoDatabaseFactory factory) {
		String database = this.settings.database();
		return (database != null) ? factory.getMongoDatabase(database) : factory.getMongoDatabase();
	}

	/**
	 * Whether the deployment has transactions, as far as the driver has seen it. It has
	 * seen it once a command was answered.
	 * @return whether a migration can run in a transaction
	 */
	boolean hasTransactions() {
		ClusterType type = this.client.getClusterDescription().getType();
		return hasSessions() && (type == ClusterType.REPLICA_SET || type == ClusterType.SHARDED
				|| type == ClusterType.LOAD_BALANCED);
	}

	private boolean hasSessions() {
		ClusterDescription cluster = this.client.getClusterDescription();
		return cluster.getType() == ClusterType.LOAD_BALANCED || cluster.getServerDescriptions()
			.stream()
			.filter(ServerDescription::isOk)
			.anyMatch((server) -> server.getLogicalSessionTimeoutMinutes() != null);
	}

	/**
	 * Start the session of a runner.
	 * @return a causally consistent session, {@code null} if the deployment has none
	 */
	@Nullable ClientSession startSession() {
		return hasSessions() ? this.factory.getSession(ClientSessionOptions.builder().causallyConsistent(true).build())
				: null;
	}

	/**
	 * End a session that another runner has left behind, and with it what it still does.
	 * @param session the id of the session, as that runner has stored it
	 */
	void killSession(Object session) {
		this.factory.getMongoDatabase("admin").runCommand(new Document("killSessions", List.of(session)));
	}

	/**
	 * Return where the deployment is.
	 * @return the addresses of the servers
	 */
	String address() {
		return this.client.getClusterDescription()
			.getServerDescriptions()
			.stream()
			.map(ServerDescription::getAddress)
			.map(ServerAddress::toString)
			.sorted()
			.collect(Collectors.joining(","));
	}

}
