package io.gemforce.migrations.postgres.rehearsal;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Opens other databases of the server that a data source is for, as the same user and
 * without a pool.
 */
@FunctionalInterface
public interface DatabaseOpener {

	/**
	 * Open a database.
	 * @param original the data source
	 * @param database the name of the other database, {@code null} for the same one
	 * @return a data source for it, which opens a connection each time
	 */
	DataSource open(DataSource original, @Nullable String database);

	/**
	 * Replace the database in the address of a PostgreSQL database.
	 * @param url the address, as JDBC has it
	 * @param database the name of the other database
	 * @return the address of the other database, with the same parameters
	 * @throws IllegalArgumentException if it is no such address
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
