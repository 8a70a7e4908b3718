package io.gemforce.migrations.support;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Listens to the statements that are sent to PostgreSQL, those included that begin and
 * end transactions.
 */
public final class SentStatements extends DelegatingDataSource {

	private final List<String> statements = new CopyOnWriteArrayList<>();

	/**
	 * Listen to what is sent over the connections of a data source.
	 */
	public SentStatements(DataSource dataSource) {
		super(dataSource);
	}

	/**
	 * Return what was sent, in the order in which it was.
	 */
	public List<String> statements() {
		return this.statements;
	}

	@Override
	public Connection getConnection() throws SQLException {
		return listened(Connection.class, super.getConnection(), null);
	}

	private <T> T listened(Class<T> type, T target, String sql) {
		InvocationHandler handler = (proxy, method, arguments) -> {
			String name = method.getName();
			if (name.startsWith("execute")) {
				this.statements.add((arguments != null) ? arguments[0].toString() : sql);
			}
			else if (name.equals("commit") || name.equals("rollback")) {
				this.statements.addAll(List.of("BEGIN", name));
			}
			try {
				Object result = method.invoke(target, arguments);
				if (result instanceof PreparedStatement statement) {
					return listened(PreparedStatement.class, statement, arguments[0].toString());
				}
				return (result instanceof Statement statement) ? listened(Statement.class, statement, null) : result;
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
			}
		};
		return type.cast(Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type }, handler));
	}

}
