package io.gemforce.migrations.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import jakarta.annotation.PostConstruct;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.bson.Document;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.data.mongodb.core.ReactiveMongoTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In a real servlet application everything that uses a store sees it migrated, however
 * early it does: a {@code @PostConstruct} that reads a repository, a user of a reactive
 * template, a filter, and an HTTP request.
 */
@ExtendWith(TestDatabases.class)
class StartupOrderTests {

	private static final List<String> SEEN = new CopyOnWriteArrayList<>();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void everybodySeesMigratedData(boolean lazy, MongoTestDatabase mongo, PostgresTestDatabase postgres)
			throws Exception {
		SEEN.clear();
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Gems.class)
			.properties(Map.of("spring.mongodb.uri", mongo.uri(), "spring.datasource.url", postgres.url(),
					"spring.datasource.username", postgres.user(), "spring.flyway.locations", "classpath:db/gems",
					"spring.main.lazy-initialization", lazy, "server.port", 0, "spring.jpa.hibernate.ddl-auto",
					"validate", "spring.main.banner-mode", "off"))
			.run()) {
			// Lazily everything but the migrations and the filter waits for the first
			// request
			String[] eager = { "migration sees postgres", "filter sees migrated" };
			assertThat(SEEN).contains(eager).first().isEqualTo(eager[0]);
			assertThat(get(context)).isEqualTo("request sees migrated");
			assertThat(SEEN).contains("post construct sees migrated", "reactive user sees migrated",
					"raw client sees migrated");
			assertThat(SEEN).noneMatch((line) -> line.endsWith("null"));
		}
	}

	private static String get(ConfigurableApplicationContext context) throws IOException, InterruptedException {
		int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d/gem".formatted(port))).build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	private static void see(String who, String what) {
		SEEN.add("%s sees %s".formatted(who, what));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(GemMigrations.class)
	static class Gems {

		@Bean
		PostConstructReader postConstructReader(GemRepository gems) {
			return new PostConstructReader(gems);
		}

		@Bean
		ReactiveReader reactiveReader(ReactiveMongoTemplate template) {
			return new ReactiveReader(template);
		}

		@Bean
		@DependsOnDatabaseInitialization
		RawReader rawReader(MongoClient client, Environment environment) {
			String uri = environment.getRequiredProperty("spring.mongodb.uri");
			String database = new ConnectionString(uri).getDatabase();
			Document gem = client.getDatabase(database).getCollection("gems").find().first();
			see("raw client", gem.getString("name"));
			return new RawReader();
		}

		@Bean
		ReadingFilter readingFilter(GemRepository gems) {
			return new ReadingFilter(gems);
		}

		@Bean
		GemController gemController(GemRepository gems, PostConstructReader first, ReactiveReader second,
				RawReader third) {
			return new GemController(gems);
		}

		@Bean
		SeesPostgres seesPostgres(JdbcTemplate jdbc, EntityManagerFactory entityManagers) {
			return new SeesPostgres(jdbc, entityManagers);
		}

	}

	static class PostConstructReader {

		private final GemRepository gems;

		PostConstructReader(GemRepository gems) {
			this.gems = gems;
		}

		@PostConstruct
		void read() {
			see("post construct", this.gems.findById("ruby").orElseThrow().name());
		}

	}

	static class ReactiveReader {

		ReactiveReader(ReactiveMongoTemplate template) {
			see("reactive user", template.findById("ruby", Gem.class).block().name());
		}

	}

	static class RawReader {

	}

	static class ReadingFilter implements Filter {

		ReadingFilter(GemRepository gems) {
			see("filter", gems.findById("ruby").orElseThrow().name());
		}

		@Override
		public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
				throws IOException, ServletException {
			chain.doFilter(request, response);
		}

	}

	@RestController
	static class GemController {

		private final GemRepository gems;

		GemController(GemRepository gems) {
			this.gems = gems;
		}

		@GetMapping("/gem")
		String gem() {
			return "request sees " + this.gems.findById("ruby").orElseThrow().name();
		}

	}

	@Migration(version = "0.1", description = "sees postgres")
	static class SeesPostgres implements MongoMigration {

		private final JdbcTemplate jdbc;

		private final EntityManagerFactory entityManagers;

		SeesPostgres(JdbcTemplate jdbc, EntityManagerFactory entityManagers) {
			this.jdbc = jdbc;
			this.entityManagers = entityManagers;
		}

		@Override
		public void up(MongoMigrationContext mongo) {
			Long count = this.jdbc.queryForObject("SELECT count(*) FROM gem_view", Long.class);
			try (EntityManager entityManager = this.entityManagers.createEntityManager()) {
				List<?> rows = entityManager.createQuery("from gem").getResultList();
				see("migration", (count == 0 && rows.isEmpty()) ? "postgres" : "something else");
			}
		}

	}

}
