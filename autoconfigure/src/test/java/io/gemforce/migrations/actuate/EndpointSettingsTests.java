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
		assertThat(settings.isScriptShownTo(SecurityContext.NONE)).isEqualTo(toAnonymous);
		assertThat(settings.isScriptShownTo(new User("OPS"))).isEqualTo(toOps);
		assertThat(settings.isScriptShownTo(new User("DBA"))).isEqualTo(toDba);
	}

	@Test
	void letsOnlyThoseOperateWhoMay() {
		assertThat(settings(Set.of("DBA"), false, Show.NEVER).mayOperate(new User("DBA"))).isTrue();
		assertThat(settings(Set.of("DBA"), false, Show.NEVER).mayOperate(new User("OPS"))).isFalse();
		assertThat(settings(Set.of(), false, Show.NEVER).mayOperate(new User("OPS"))).isTrue();
		assertThat(settings(Set.of(), false, Show.NEVER).mayOperate(SecurityContext.NONE)).isFalse();
		assertThat(settings(Set.of(), true, Show.NEVER).mayOperate(SecurityContext.NONE)).isTrue();
	}

	// Roles are for those who have logged in: to let strangers in is another decision
	@Test
	void letsNobodyOperateWithoutTheRoleBecauseStrangersMay() {
		assertThat(settings(Set.of("DBA"), true, Show.NEVER).mayOperate(new User("OPS"))).isFalse();
	}

	private static EndpointSettings settings(Set<String> roles, boolean allowAnonymous, Show show) {
		return new EndpointSettings("migrations", Set.of(), roles, allowAnonymous, show);
	}

	/**
	 * A user who has logged in.
	 *
	 * @param role the only role of the user
	 */
	private record User(String role) implements SecurityContext {

		@Override
		public @Nullable Principal getPrincipal() {
			return () -> "ann";
		}

		@Override
		public boolean isUserInRole(String role) {
			return this.role.equals(role);
		}

	}

}
