package io.gemforce.migrations.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.function.SingletonSupplier;

/**
 * Gives each test databases of its own on real servers, as parameters of the test or of
 * its constructor.
 */
public final class TestDatabases implements ParameterResolver {

	private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(TestDatabases.class);

	private static final SingletonSupplier<EmbeddedPostgres> POSTGRES = SingletonSupplier.of(TestDatabases::start);

	private static final AtomicInteger COUNTER = new AtomicInteger();

	private static EmbeddedPostgres start() {
		try {
			// Vacuuming hundreds of databases, and logging how each is copied, would take
			// most of the time
			return EmbeddedPostgres.builder()
				.setServerConfig("max_connections", "300")
				.setServerConfig("autovacuum", "off")
				.setServerConfig("wal_level", "minimal")
				.setServerConfig("max_wal_senders", "0")
				.setServerConfig("full_page_writes", "off")
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
		return ExtensionContextScope.TEST_METHOD;
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		return type == MongoTestDatabase.class || type == PostgresTestDatabase.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		ExtensionContext.Store store = context.getStore(NAMESPACE);
		if (parameter.getParameter().getType() == MongoTestDatabase.class) {
			return store.computeIfAbsent(MongoHandle.class, (type) -> new MongoHandle(), MongoHandle.class).database;
		}
		return store.computeIfAbsent(PostgresTestDatabase.class, (type) -> createPostgres(),
				PostgresTestDatabase.class);
	}

	/**
	 * Create a PostgreSQL database. It ends with the process.
	 */
	public static PostgresTestDatabase createPostgres() {
		EmbeddedPostgres server = POSTGRES.obtain();
		String name = "test_" + COUNTER.incrementAndGet();
		JdbcClient.create(server.getPostgresDatabase())
			.sql("CREATE DATABASE %s STRATEGY FILE_COPY".formatted(name))
			.update();
		return new PostgresTestDatabase(name, server.getPort());
	}

	public static MongoTestDatabase createMongo() {
		return new MongoTestDatabase("test_%d_%d".formatted(ProcessHandle.current().pid(), COUNTER.incrementAndGet()));
	}

	/**
	 * Drops the database when the test is over.
	 */
	private static final class MongoHandle implements AutoCloseable {

		private final MongoTestDatabase database = createMongo();

		@Override
		public void close() {
			this.database.database().drop();
		}

	}

}
