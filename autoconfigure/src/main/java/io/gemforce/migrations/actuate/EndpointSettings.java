package io.gemforce.migrations.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;

/**
 * What a user can set about the endpoint.
 *
 * @param root the last part of the endpoint's address
 * @param roles who may operate and see scripts; every authenticated user if empty
 * @param showScripts who may see scripts, which may carry data
 */
public record EndpointSettings(String root, Set<EndpointOperation> operations, Set<String> roles,
		boolean allowAnonymous, Show showScripts) {

	public EndpointSettings {
		operations = Set.copyOf(operations);
		roles = Set.copyOf(roles);
	}

	boolean isScriptShownTo(Caller caller) {
		return caller.isShown(this.showScripts, this.roles);
	}

	boolean mayOperate(Caller caller) {
		return caller.hasLoggedIn() ? caller.isShown(Show.WHEN_AUTHORIZED, this.roles) : this.allowAnonymous;
	}

}
