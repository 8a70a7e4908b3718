package io.gemforce.migrations.support;

import java.util.Properties;

import javax.sql.DataSource;

import org.postgresql.Driver;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/**
 * A PostgreSQL database of one test's own.
 *
 * @param name the name of the database
 * @param port the port of the server
 */
public record PostgresTestDatabase(String name, int port) {

	public String url() {
		return "jdbc:postgresql://localhost:%d/%s".formatted(this.port, this.name);
	}

	/**
	 * Return who may do everything in the database.
	 */
	public String user() {
		return "postgres";
	}

	/**
	 * Return the database as who may do everything sees it. Its address is short: Flyway
	 * takes long for the one of the driver's own data source, which has all parameters.
	 */
	public DataSource dataSource() {
		return dataSource(user());
	}

	/**
	 * Returns gives the connections.
	 */
	public DataSource dataSource(String user) {
		return new SimpleDriverDataSource(new Driver(), url(), user, "");
	}

	/**
	 * Return a client of the test's, not of what is tested. {@code pg_stat_activity}
	 * shows its connections as {@code test}.
	 */
	public JdbcClient client() {
		Properties properties = new Properties();
		properties.setProperty("user", user());
		properties.setProperty("ApplicationName", "test");
		return JdbcClient.create(new SimpleDriverDataSource(new Driver(), url(), properties));
	}

}
