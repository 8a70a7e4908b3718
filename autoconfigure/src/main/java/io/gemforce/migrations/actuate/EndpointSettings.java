package io.gemforce.migrations.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;

/**
 * What a user can set about the endpoint.
 *
 * @param root the last part of the endpoint's address
 * @param operations what may be done over HTTP
 * @param roles who may do it, and see scripts; anybody who has logged in if there are
 * none
 * @param allowAnonymous whether somebody who has not logged in may, too
 * @param showScripts who may see scripts, which may carry data
 */
public record EndpointSettings(String root, Set<EndpointOperation> operations, Set<String> roles,
		boolean allowAnonymous, Show showScripts) {

	public EndpointSettings {
		operations = Set.copyOf(operations);
		roles = Set.copyOf(roles);
	}

	boolean isScriptShownTo(SecurityContext user) {
		return this.showScripts.isShown(user, this.roles);
	}

	boolean mayOperate(SecurityContext user) {
		if (user.getPrincipal() == null) {
			return this.allowAnonymous;
		}
		return Show.WHEN_AUTHORIZED.isShown(user, this.roles);
	}

}
