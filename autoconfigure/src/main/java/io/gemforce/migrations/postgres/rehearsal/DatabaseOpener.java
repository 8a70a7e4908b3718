package io.gemforce.migrations.postgres.rehearsal;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Opens other databases of the server of a data source, as the same user and without a
 * pool.
 */
@FunctionalInterface
public interface DatabaseOpener {

	/**
	 * If the name is {@code null}, opens the same database.
	 */
	DataSource open(DataSource original, @Nullable String database);

	/**
	 * Returns the address of the other database, with the same parameters.
	 */
	static String replaceDatabase(String url, String database) {
		String prefix = "jdbc:postgresql:";
		if (!url.startsWith(prefix)) {
			throw new IllegalArgumentException("'%s' is no address of a PostgreSQL database".formatted(prefix));
		}
		int question = url.indexOf('?');
		String address = (question >= 0) ? url.substring(0, question) : url;
		String parameters = (question >= 0) ? url.substring(question) : "";
		int slash = address.lastIndexOf('/');
		boolean withHost = address.startsWith("//", prefix.length());
		String server = withHost ? address.substring(0, Math.max(slash, prefix.length() + 2)) + "/" : prefix;
		if (withHost && slash < prefix.length() + 2) {
			server = address + "/";
		}
		return server + database + parameters;
	}

}
