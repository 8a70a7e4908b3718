package io.gemforce.migrations;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * The running instance of a service, as the history names it.
 *
 * @param name the name of the service
 * @param version the version of the build, {@code null} if it is not known
 * @param host the host that the instance runs on
 * @param user the operating system's user that it runs as, {@code null} if it is not
 * known
 */
public record ApplicationInstance(String name, @Nullable String version, String host, @Nullable String user) {

	/**
	 * Name this instance where there is little room.
	 * @param maxBytes how many bytes of UTF-8 the name may have
	 * @return {@code application/version@host}, cut at the end
	 */
	public String label(int maxBytes) {
		String label = toString();
		while (label.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
			label = label.substring(0, label.offsetByCodePoints(label.length(), -1));
		}
		return label;
	}

	/**
	 * Return this instance as a caller uses it.
	 * @param user who uses it
	 * @return the instance
	 */
	public ApplicationInstance usedBy(String user) {
		return new ApplicationInstance(this.name, this.version, this.host, user);
	}

	@Override
	public String toString() {
		return this.name + ((this.version != null) ? "/" + this.version : "") + "@" + this.host;
	}

}
