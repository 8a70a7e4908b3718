package io.gemforce.migrations.actuate;

import java.security.Principal;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EndpointSettings}.
 */
class EndpointSettingsTests {

	@ParameterizedTest
	@CsvSource({ "NEVER, false, false, false", "WHEN_AUTHORIZED, false, false, true", "ALWAYS, true, true, true" })
	void showsScriptsToWhomTheUserWants(Show show, boolean toAnonymous, boolean toOps, boolean toDba) {
		EndpointSettings settings = settings(Set.of("DBA"), false, show);
		assertThat(settings.isScriptShownTo(Caller.of(SecurityContext.NONE))).isEqualTo(toAnonymous);
		assertThat(settings.isScriptShownTo(Caller.of(new User("OPS")))).isEqualTo(toOps);
		assertThat(settings.isScriptShownTo(Caller.of(new User("DBA")))).isEqualTo(toDba);
	}

	@Test
	void letsOnlyThoseOperateWhoMay() {
		assertThat(settings(Set.of("DBA"), false, Show.NEVER).mayOperate(Caller.of(new User("DBA")))).isTrue();
		assertThat(settings(Set.of("DBA"), false, Show.NEVER).mayOperate(Caller.of(new User("OPS")))).isFalse();
		assertThat(settings(Set.of(), false, Show.NEVER).mayOperate(Caller.of(new User("OPS")))).isTrue();
		assertThat(settings(Set.of(), false, Show.NEVER).mayOperate(Caller.of(SecurityContext.NONE))).isFalse();
		assertThat(settings(Set.of(), true, Show.NEVER).mayOperate(Caller.of(SecurityContext.NONE))).isTrue();
	}

	// Roles are for those who have logged in: to let strangers in is another decision
	@Test
	void letsNobodyOperateWithoutTheRoleBecauseStrangersMay() {
		assertThat(settings(Set.of("DBA"), true, Show.NEVER).mayOperate(Caller.of(new User("OPS")))).isFalse();
	}

	@Test
	void namesACallerOnOneLineOfLimitedLength() {
		assertThat(Caller.of(new User("ann\r\nINFO forged\0", "DBA")).name()).isEqualTo("ann??INFO forged?");
		assertThat(Caller.of(new User("x".repeat(5000), "DBA")).name()).hasSizeLessThan(250);
		assertThat(Caller.of(new User(null, "DBA")).name()).isEqualTo("unnamed");
		assertThat(Caller.of(SecurityContext.NONE).name()).isEqualTo("anonymous");
	}

	private static EndpointSettings settings(Set<String> roles, boolean allowAnonymous, Show show) {
		return new EndpointSettings("migrations", Set.of(), roles, allowAnonymous, show);
	}

	/**
	 * A user who has logged in.
	 *
	 * @param name the name of the user
	 * @param role the only role of the user
	 */
	private record User(@Nullable String name, String role) implements SecurityContext {

		User(String role) {
			this("ann", role);
		}

		@Override
		public Principal getPrincipal() {
			return this::name;
		}

		@Override
		public boolean isUserInRole(String role) {
			return this.role.equals(role);
		}

	}

}
