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
 * Who sends a request. Spring Security may give somebody who has not logged in a token,
 * which Spring Boot passes on as if it were a user: here that is nobody.
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

	/**
	 * Tell who sends a request.
	 * @param user what the actuator knows of them
	 */
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

	/**
	 * Return the name for history, audit and log.
	 * @return the name, on one line and cut if it is very long
	 */
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
