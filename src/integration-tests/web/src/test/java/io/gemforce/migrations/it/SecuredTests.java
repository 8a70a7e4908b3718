package io.gemforce.migrations.it;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.springframework.security.config.Customizer.withDefaults;

/**
 * Tests for the endpoint of a service with Spring Security, as the documentation sets it
 * up.
 */
class SecuredTests {

	private static final String[] OPERABLE = { "management.endpoint.migrations.access=unrestricted",
			"gemforce.migrations.endpoint.operations=validate,repair,rollback,migrate",
			"gemforce.migrations.endpoint.roles=DBA", "gemforce.migrations.endpoint.show-scripts=when-authorized" };

	private static final String REPAIR = "{\"action\": \"repair\", \"confirm\": \"mongo\", \"dryRun\": false}";

	@Test
	void letsWhoHasTheRoleOperateAndNobodyElse() {
		try (Service service = Service.start(Secured.class, OPERABLE)) {
			assertThat(service.get("", null, "application/json").statusCode()).isEqualTo(401);
			assertThat(service.get("", "ops", "application/json").statusCode()).isEqualTo(200);
			assertThat(service.get("", "ops", "text/html").headers().map()).containsKeys("X-Frame-Options",
					"X-Content-Type-Options");
			assertThat(service.post("/mongo", null, REPAIR).statusCode()).isEqualTo(401);
			assertThat(service.post("/mongo", "ops", REPAIR).statusCode()).isEqualTo(403);
			HttpResponse<String> done = service.post("/mongo", "ann", REPAIR);
			assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
			assertThat(Service.json(done).at("/done/0").asString()).isEqualTo("nothing to repair");
		}
	}

	@Test
	void asksForTheRoleItself() {
		try (Service service = Service.start(OpenToEverybody.class, OPERABLE)) {
			HttpResponse<String> unknown = service.post("/mongo", null, REPAIR);
			assertThat(unknown.statusCode()).isEqualTo(403);
			assertThat(Service.json(unknown).at("/error").asString()).isEqualTo("NOT_AUTHENTICATED");
			HttpResponse<String> refused = service.post("/mongo", "ops", REPAIR);
			assertThat(refused.statusCode()).isEqualTo(403);
			assertThat(Service.json(refused).at("/error").asString()).isEqualTo("NOT_AUTHORIZED");
			assertThat(refused.body()).doesNotContain("secret");
			assertThat(service.post("/mongo", "ann", REPAIR).statusCode()).isEqualTo(200);
		}
	}

	@Test
	void recordsWhoHasDoneIt() {
		Audits.EVENTS.clear();
		try (Service service = Service.start(Secured.class, OPERABLE)) {
			HttpResponse<String> begun = service.post("/mongo/1", "ann",
					"{\"action\": \"rollback\", \"confirm\": \"1\", \"reason\": \"too early\"}");
			assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
			Awaitility.await()
				.until(() -> Service.json(service.get("", "ann", "application/json")).at("/run/state").asString(),
						"DONE"::equals);
			JsonNode attempts = Service.json(service.get("/mongo/1", "ann", "application/json")).at("/attemptsList");
			assertThat(attempts.at("/1/user").asString()).isEqualTo("ann");
			assertThat(attempts.at("/1/trigger").asString()).isEqualTo("ENDPOINT");
		}
		assertThat(Audits.EVENTS).filteredOn((event) -> !"STARTUP".equals(event.getData().get("trigger")))
			.extracting(AuditEvent::getPrincipal, AuditEvent::getType)
			.containsExactly(tuple("ann", "MIGRATION_OPERATION_STARTED"), tuple("ann", "MIGRATION_STARTED"),
					tuple("ann", "MIGRATION_ROLLED_BACK"), tuple("ann", "MIGRATION_OPERATION_DONE"));
	}

	@Test
	void showsScriptsToWhoHasTheRole() {
		try (Service service = Service.start(Secured.class, "gemforce.migrations.mode=observe", OPERABLE[0],
				OPERABLE[1], OPERABLE[2], OPERABLE[3])) {
			JsonNode plan = Service.json(service.get("?view=plan", "ann", "application/json"));
			assertThat(plan.at("/steps/0/id").asString()).isEqualTo("1");
			assertThat(service.get("?view=plan", "ops", "text/html").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void answersOnAManagementPortOfItsOwn() {
		try (Service service = Service
			.start(Secured.class,
					Stream
						.concat(Stream.of("management.server.port=0", "management.server.base-path=/ops",
								"management.endpoints.web.base-path=/manage"), Stream.of(OPERABLE))
						.toArray(String[]::new))
			.at("local.management.port", "/ops/manage/migrations")) {
			assertThat(service.get("", null, "application/json").statusCode()).isEqualTo(401);
			assertThat(service.get("/mongo", "ann", "text/html").body()).contains("<a href=\"../migrations/mongo/1\">",
					"$ENDPOINT/mongo");
			assertThat(service.post("/mongo", "ops", REPAIR).statusCode()).isEqualTo(403);
			HttpResponse<String> done = service.post("/mongo", "ann", REPAIR);
			assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
		}
	}

	@Test
	void isWhatTheDocumentationSays() throws IOException {
		String source = Files.readString(Path.of("src/test/java/io/gemforce/migrations/it/SecuredTests.java"));
		String recipe = source.substring(source.indexOf("return http" + ".securityMatcher"),
				source.indexOf(".httpBasic" + "(withDefaults())"));
		assertThat(withoutSpace(Files.readString(Path.of("../../docs/security.md")))).contains(withoutSpace(recipe));
	}

	private static String withoutSpace(String text) {
		return text.replaceAll("\\s", "");
	}

	/**
	 * Hears what an audit is told.
	 */
	static class Audits implements ApplicationListener<AuditApplicationEvent> {

		static final List<AuditEvent> REFUSED = new CopyOnWriteArrayList<>();

		private static final List<AuditEvent> EVENTS = new CopyOnWriteArrayList<>();

		@Override
		public void onApplicationEvent(AuditApplicationEvent event) {
			AuditEvent audit = event.getAuditEvent();
			if (audit.getType().equals("MIGRATION_OPERATION_REFUSED")) {
				REFUSED.add(audit);
			}
			else if (audit.getType().startsWith("MIGRATION_")) {
				EVENTS.add(audit);
			}
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ GemMigrations.class, Audits.class })
	static class Users {

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("ops").password("{noop}secret").roles("OPS").build(),
					User.withUsername("ann").password("{noop}secret").roles("DBA").build());
		}

	}

	@Import(Users.class)
	static class Secured {

		@Bean
		SecurityFilterChain migrationsSecurity(HttpSecurity http) {
			return http.securityMatcher(EndpointRequest.to("migrations"))
				.authorizeHttpRequests((requests) -> requests
					.requestMatchers(EndpointRequest.to("migrations").withHttpMethod(HttpMethod.GET))
					.hasAnyRole("OPS", "DBA")
					.anyRequest()
					.hasRole("DBA"))
				.csrf((csrf) -> csrf.ignoringRequestMatchers(EndpointRequest.to("migrations")))
				.httpBasic(withDefaults())
				.build();
		}

	}

	@Import(Users.class)
	static class OpenToEverybody {

		@Bean
		SecurityFilterChain migrationsSecurity(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.csrf((csrf) -> csrf.disable())
				.httpBasic(withDefaults())
				.build();
		}

	}

}
