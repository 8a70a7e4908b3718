package io.gemforce.migrations.mongo.engine;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.MongoNamespace;
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

import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.history.MigrationHolds;
import io.gemforce.migrations.mongo.lock.MigrationLock;
import io.gemforce.migrations.mongo.rehearsal.ScratchDatabase;
import io.gemforce.migrations.store.Hold;

/**
 * The application's way to MongoDB, and what the driver knows about the deployment.
 */
final class MongoAccess {

	private static final Duration DEFAULT_TRANSACTION_LIFETIME = Duration.ofSeconds(60);

	private static final String HOLDS = "migration_hold";

	private static final String PREIMAGES = "migration_preimage";

	private final MongoDatabaseFactory factory;

	private final MongoClient client;

	private final MongoSettings settings;

	private final Clock clock;

	private final MigrationLock lock;

	MongoAccess(MongoDatabaseFactory factory, MongoClient client, MongoSettings settings, LongSupplier nanoTime,
			Clock clock) {
		this.factory = factory;
		this.client = client;
		this.settings = settings;
		this.clock = clock;
		this.lock = new MigrationLock(database(factory).getCollection(settings.place().lockCollection()),
				settings.lock().lease(), nanoTime, clock);
	}

	MongoDatabaseFactory factory() {
		return this.factory;
	}

	MongoClient client() {
		return this.client;
	}

	Set<String> ourCollections() {
		return Set.of(this.settings.place().historyCollection(), this.settings.place().lockCollection(), HOLDS,
				PREIMAGES, ScratchDatabase.BEAT_COLLECTION);
	}

	List<MongoNamespace> ourNamespaces() {
		String database = database(this.factory).getName();
		return ourCollections().stream().sorted().map((name) -> new MongoNamespace(database, name)).toList();
	}

	MigrationLock lock() {
		return this.lock;
	}

	// Outside of any session of ours
	MigrationHistory history() {
		return history(this.factory);
	}

	// The factory may be bound to a session
	MigrationHistory history(MongoDatabaseFactory factory) {
		return new MigrationHistory(database(factory).getCollection(this.settings.place().historyCollection()),
				this.clock);
	}

	MigrationHolds holds(MongoDatabaseFactory factory) {
		return new MigrationHolds(database(factory).getCollection(HOLDS));
	}

	Optional<Hold> hold() {
		return holds(this.factory).find();
	}

	MongoCollection<Document> preimages(MongoDatabaseFactory factory) {
		return database(factory).getCollection(PREIMAGES);
	}

	private MongoDatabase database(MongoDatabaseFactory factory) {
		String database = this.settings.place().database();
		return (database != null) ? factory.getMongoDatabase(database) : factory.getMongoDatabase();
	}

	// Known to the driver once a command was answered
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

	// Causally consistent; null if the deployment has no sessions
	@Nullable ClientSession startSession() {
		return hasSessions() ? this.factory.getSession(ClientSessionOptions.builder().causallyConsistent(true).build())
				: null;
	}

	// The application's limit on how long an operation may take
	boolean hasTimeout() {
		return this.factory.getMongoDatabase().getTimeout(TimeUnit.MILLISECONDS) != null;
	}

	// Sessions of other runners; ends what they still do, too
	void killSessions(List<Object> sessions) {
		this.factory.getMongoDatabase("admin").runCommand(new Document("killSessions", sessions));
	}

	// The server's default if it does not tell
	Duration transactionLifetime() {
		String parameter = "transactionLifetimeLimitSeconds";
		try {
			Document answer = this.factory.getMongoDatabase("admin")
				.runCommand(new Document("getParameter", 1).append(parameter, 1));
			return (answer.get(parameter) instanceof Number seconds) ? Duration.ofSeconds(seconds.longValue())
					: DEFAULT_TRANSACTION_LIFETIME;
		}
		catch (MongoException ex) {
			return DEFAULT_TRANSACTION_LIFETIME;
		}
	}

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
