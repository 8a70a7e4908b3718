package io.gemforce.migrations.sample.embedded;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.Document;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.mongodb.autoconfigure.MongoConnectionDetails;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.MongoDatabaseFactory;

/**
 * A MongoDB in memory, with data of the shape that it had before the migrations. Steps
 * back when {@code spring.mongodb.uri} is given.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.mongodb.uri", matchIfMissing = true, havingValue = "never")
class EmbeddedMongo {

	private static final Log logger = LogFactory.getLog(EmbeddedMongo.class);

	private static final int OBJECTS = 2000;

	private static final long FIRST_ID = 1_000_000_000L;

	@Bean(destroyMethod = "shutdownNow")
	MongoServer embeddedMongoServer() {
		MongoServer server = new MongoServer(new MemoryBackend());
		server.bind();
		seed(connectionString(server));
		return server;
	}

	@Bean
	MongoConnectionDetails embeddedMongoConnectionDetails(MongoServer server) {
		return () -> connectionString(server);
	}

	@Bean
	ApplicationListener<ApplicationReadyEvent> embeddedMongoAddress(MongoServer server) {
		return (event) -> logger
			.info("Jobs reach the embedded MongoDB with --spring.mongodb.uri=%s".formatted(connectionString(server)));
	}

	// Stands in for Boot's indicator, which asks for 'hello': the server in memory does
	// not know that
	@Bean
	HealthIndicator mongoHealthIndicator(MongoDatabaseFactory factory) {
		return () -> {
			factory.getMongoDatabase().runCommand(new Document("ping", 1));
			return Health.up().withDetail("embedded", true).build();
		};
	}

	private static ConnectionString connectionString(MongoServer server) {
		InetSocketAddress address = server.getLocalAddress();
		return new ConnectionString("mongodb://%s:%d/gems".formatted(address.getHostString(), address.getPort()));
	}

	private static void seed(ConnectionString connectionString) {
		try (MongoClient client = MongoClients.create(connectionString)) {
			MongoDatabase database = client.getDatabase("gems");
			List<Document> myClasses = new ArrayList<>();
			List<Document> gems = new ArrayList<>();
			Date now = Date.from(Instant.now());
			for (int i = 1; i <= OBJECTS; i++) {
				myClasses.add(parseObject("my", i, now).append("oldFieldName", "value %04d".formatted(i)));
				gems.add(parseObject("gem", i, now).append("name", "Gem %04d".formatted(i))
					.append("carat", String.format(Locale.ROOT, "%.2f ct", 0.25 * (1 + i % 20)))
					.append("_p_owner", "_User$owner%05d".formatted(i % 7)));
			}
			database.getCollection("MyClass").insertMany(myClasses);
			database.getCollection("Gem").insertMany(gems);
			database.getCollection("_SCHEMA")
				.insertMany(List.of(parseClass("MyClass").append("oldFieldName", "string"),
						parseClass("Gem").append("name", "string")
							.append("carat", "string")
							.append("owner", "*_User")));
		}
	}

	private static Document parseObject(String prefix, int number, Date now) {
		String objectId = prefix + String.valueOf(FIRST_ID + number).substring(prefix.length());
		return new Document("_id", objectId).append("_created_at", now).append("_updated_at", now);
	}

	private static Document parseClass(String name) {
		return new Document("_id", name).append("objectId", "string")
			.append("createdAt", "date")
			.append("updatedAt", "date");
	}

}
