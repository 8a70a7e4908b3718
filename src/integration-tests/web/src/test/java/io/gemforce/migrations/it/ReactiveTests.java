package io.gemforce.migrations.it;

import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

/**
 * Tests for the endpoint of a service on WebFlux.
 */
class ReactiveTests {

	private static final String JSON = "application/vnd.spring-boot.actuator.v3+json";

	private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
			+ "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";

	@Test
	void answersInTheFormatThatTheCallerAccepts() {
		Map<String, String> types = Map.of("*/*", JSON, "application/json", "application/json", JSON, JSON, BROWSER,
				"text/html;charset=UTF-8", "text/markdown", "text/markdown;charset=UTF-8");
		try (Service service = start()) {
			for (String path : List.of("", "/mongo", "/mongo/1", "?view=plan")) {
				types.forEach((accept, type) -> {
					HttpResponse<String> response = service.get(path, null, accept);
					assertThat(response.statusCode()).as(path + " " + accept).isEqualTo(200);
					assertThat(response.headers().firstValue("Content-Type")).as(path + " " + accept).hasValue(type);
				});
				assertThat(service.get(path, null, "text/plain").statusCode()).isEqualTo(406);
			}
			assertThat(service.get("/mongo", null, BROWSER).body()).startsWith("<!DOCTYPE html>").contains("✓");
			HttpResponse<String> unknown = service.get("/mongo/99", null, "*/*");
			assertThat(unknown.statusCode()).isEqualTo(404);
			assertThat(Service.json(unknown).at("/error").asString()).isEqualTo("UNKNOWN_MIGRATION");
			assertThat(service.get("/oracle", null, BROWSER).body()).contains("<h1>UNKNOWN_STORE</h1>");
		}
	}

	@Test
	void operates() {
		try (Service service = start("management.endpoint.migrations.access=unrestricted",
				"gemforce.migrations.endpoint.operations=validate,repair")) {
			HttpResponse<String> refused = service.post("/mongo", null, "{\"action\": \"validate\"}");
			assertThat(refused.statusCode()).isEqualTo(403);
			assertThat(Service.json(refused).at("/error").asString()).isEqualTo("NOT_AUTHENTICATED");
		}
		try (Service service = start("management.endpoint.migrations.access=unrestricted",
				"gemforce.migrations.endpoint.operations=validate,repair",
				"gemforce.migrations.endpoint.allow-anonymous=true")) {
			assertThat(service.post("/mongo", null, "{\"action\": \"validate\"}").statusCode()).isEqualTo(200);
			assertThat(service.post("/mongo", null, "{\"action\": \"migrate\"}").statusCode()).isEqualTo(403);
			assertThat(service.post("/mongo", null, "{\"action\":").statusCode()).isEqualTo(400);
			assertThat(
					service.post("/mongo", null, "{\"action\": \"repair\", \"confirm\": \"mongo\", \"dryRun\": false}")
						.statusCode())
				.isEqualTo(200);
		}
	}

	@Test
	void takesAnAnonymousTokenForNobody() {
		try (Service service = start(Anonymous.class, "management.endpoint.migrations.access=unrestricted",
				"gemforce.migrations.endpoint.operations=validate")) {
			HttpResponse<String> refused = service.post("/mongo", null, "{\"action\": \"validate\"}");
			assertThat(refused.statusCode()).isEqualTo(403);
			assertThat(Service.json(refused).at("/error").asString()).isEqualTo("NOT_AUTHENTICATED");
			assertThat(service.post("/mongo", "ann", "{\"action\": \"validate\"}").statusCode()).isEqualTo(200);
			assertThat(SecuredTests.Audits.REFUSED).last().extracting(AuditEvent::getPrincipal).isEqualTo("anonymous");
		}
	}

	@Test
	void asksForTheRoleItself() {
		try (Service service = start(Anonymous.class, "management.endpoint.migrations.access=unrestricted",
				"gemforce.migrations.endpoint.operations=validate", "gemforce.migrations.endpoint.roles=DBA",
				"gemforce.migrations.endpoint.allow-anonymous=true")) {
			HttpResponse<String> refused = service.post("/mongo", "ops", "{\"action\": \"validate\"}");
			assertThat(refused.statusCode()).isEqualTo(403);
			assertThat(Service.json(refused).at("/error").asString()).isEqualTo("NOT_AUTHORIZED");
			assertThat(service.post("/mongo", "ann", "{\"action\": \"validate\"}").statusCode()).isEqualTo(200);
			assertThat(service.post("/mongo", null, "{\"action\": \"validate\"}").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void showsScriptsToNobodyWhoHasNotLoggedIn() {
		try (Service service = start(Anonymous.class, "gemforce.migrations.mode=observe",
				"gemforce.migrations.endpoint.show-scripts=when-authorized",
				"gemforce.migrations.mongo.locations=classpath:db/gems")) {
			assertThat(service.get("?view=plan", "ann", JSON).body()).contains("\"script\"");
			assertThat(service.get("?view=plan", null, JSON).body()).doesNotContain("\"script\"");
		}
	}

	private static Service start(String... properties) {
		return start(Open.class, properties);
	}

	private static Service start(Class<?> configuration, String... properties) {
		String[] all = Arrays.copyOf(properties, properties.length + 1);
		all[properties.length] = "spring.main.web-application-type=reactive";
		return Service.start(configuration, all);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ GemMigrations.class, SecuredTests.Audits.class })
	static class Anonymous {

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(
					User.withUsername("ops").password("{noop}secret").roles("OPS").build(),
					User.withUsername("ann").password("{noop}secret").roles("DBA").build());
		}

		@Bean
		SecurityWebFilterChain everybody(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.anonymous(withDefaults())
				.csrf((csrf) -> csrf.disable())
				.httpBasic(withDefaults())
				.build();
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(GemMigrations.class)
	static class Open {

		@Bean
		SecurityWebFilterChain everybody(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.csrf((csrf) -> csrf.disable())
				.build();
		}

	}

}
