package io.gemforce.migrations.postgres.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.configuration.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.util.PropertyPlaceholderHelper;

/**
 * Gives out connections on which the user's init SQL has been run, as Flyway does it.
 * Unlike Flyway this resets what the SQL has set, above all role and search path, before
 * a connection goes back to the pool of the application.
 */
public final class InitializedDataSource extends PreparingDataSource {

	private static final Log logger = LogFactory.getLog(InitializedDataSource.class);

	private static final Pattern SETTING = Pattern.compile(
			"\\bSET\\s+(?:SESSION\\s+)?([a-z_][\\w.]*)\\s*(?:=|TO\\b)|\\bset_config\\s*\\(\\s*'([^']+)'",
			Pattern.CASE_INSENSITIVE);

	private static final String SETTINGS = "SELECT name, coalesce(current_setting(name, true), '') AS setting FROM unnest(?) AS name";

	private static final String RESTORE = "SELECT set_config(name, setting, false) FROM unnest(?, ?) AS s (name, setting)";

	private final String sql;

	private final List<String> settings;

	private InitializedDataSource(DataSource dataSource, String sql) {
		super(dataSource);
		this.sql = sql;
		Set<String> settings = new LinkedHashSet<>(List.of("role", "search_path"));
		Matcher set = SETTING.matcher(sql);
		while (set.find()) {
			settings.add(((set.group(1) != null) ? set.group(1) : set.group(2)).toLowerCase(Locale.ROOT));
		}
		this.settings = List.copyOf(settings);
	}

	public static DataSource of(Configuration configuration) {
		String sql = configuration.getInitSql();
		return (sql != null) ? new InitializedDataSource(configuration.getDataSource(), replaced(sql, configuration))
				: configuration.getDataSource();
	}

	private static String replaced(String sql, Configuration configuration) {
		if (!configuration.isPlaceholderReplacement()) {
			return sql;
		}
		Map<String, String> placeholders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		placeholders.putAll(configuration.getPlaceholders());
		return new PropertyPlaceholderHelper(configuration.getPlaceholderPrefix(), configuration.getPlaceholderSuffix(),
				null, null, true)
			.replacePlaceholders(sql, placeholders::get);
	}

	@Override
	Connection prepare(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			Map<String, String> before = read(connection);
			statement.execute(this.sql);
			commit(connection);
			return closing(connection, before);
		}
	}

	private Connection closing(Connection connection, Map<String, String> before) {
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("close") && !connection.isClosed()) {
						restore(connection, before);
					}
					try {
						return method.invoke(connection, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	private Map<String, String> read(Connection connection) {
		return client(connection).sql(SETTINGS)
			.param(this.settings.toArray(String[]::new))
			.query((row, number) -> Map.entry(row.getString("name"), row.getString("setting")))
			.list()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
	}

	private void restore(Connection connection, Map<String, String> before) {
		try {
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			client(connection).sql(RESTORE)
				.param(before.keySet().toArray(String[]::new))
				.param(before.values().toArray(String[]::new))
				.query()
				.listOfRows();
			commit(connection);
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("What the init SQL has set could not be taken back", ex);
		}
	}

	private static void commit(Connection connection) throws SQLException {
		if (!connection.getAutoCommit()) {
			connection.commit();
		}
	}

	private static JdbcClient client(Connection connection) {
		return JdbcClient.create(new SingleConnectionDataSource(connection, true));
	}

}
