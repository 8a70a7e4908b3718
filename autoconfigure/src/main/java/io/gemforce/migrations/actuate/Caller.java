package io.gemforce.migrations.actuate;

import java.security.Principal;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.util.StringUtils;

/**
 * Who sends a request. Spring Security may give an anonymous caller a token, which Spring
 * Boot passes on as if it were a user: here that is no user.
 */
final class Caller {

	// Named, as Spring Security need not be there
	private static final String ANONYMOUS_TOKEN = "org.springframework.security.authentication.AnonymousAuthenticationToken";

	private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

	private static final int LONGEST_NAME = 200;

	private final SecurityContext user;

	private Caller(SecurityContext user) {
		this.user = user;
	}

	static Caller of(SecurityContext user) {
		return new Caller(isAnonymous(user.getPrincipal()) ? SecurityContext.NONE : user);
	}

	private static boolean isAnonymous(@Nullable Principal principal) {
		return principal != null
				&& Stream.<Class<?>>iterate(principal.getClass(), (type) -> type != null, Class::getSuperclass)
					.anyMatch((type) -> type.getName().equals(ANONYMOUS_TOKEN));
	}

	boolean hasLoggedIn() {
		return this.user.getPrincipal() != null;
	}

	boolean isShown(Show show, Set<String> roles) {
		return show.isShown(this.user, roles);
	}

	// For history, audit and log: on one line, and cut if it is very long
	String name() {
		Principal principal = this.user.getPrincipal();
		if (principal == null) {
			return "anonymous";
		}
		String name = principal.getName();
		return StringUtils.hasText(name)
				? RequestParameters.abbreviate(CONTROL.matcher(name).replaceAll("?"), LONGEST_NAME) : "unnamed";
	}

}
