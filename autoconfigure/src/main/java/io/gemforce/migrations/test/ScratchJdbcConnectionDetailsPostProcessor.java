package io.gemforce.migrations.test;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.gemforce.migrations.postgres.ScratchDatabase;
import io.gemforce.migrations.postgres.SiblingDatabases;

/**
 * Puts the address of a scratch database in the place of the one that a service has.
 */
final class ScratchJdbcConnectionDetailsPostProcessor implements BeanPostProcessor, DisposableBean {

	private final List<ScratchDatabase> databases = new ArrayList<>();

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof JdbcConnectionDetails details) || !details.getJdbcUrl().startsWith("jdbc:postgresql:")) {
			return bean;
		}
		ScratchDatabase database = ScratchDatabase.create(new DriverManagerDataSource(details.getJdbcUrl(),
				String.valueOf(details.getUsername()), String.valueOf(details.getPassword())));
		this.databases.add(database);
		return new ScratchJdbcConnectionDetails(details, database.name());
	}

	@Override
	public void destroy() {
		this.databases.forEach(ScratchDatabase::close);
	}

	/**
	 * Connection details of a scratch database.
	 *
	 * @param original those of the service's own database
	 * @param database the name of the scratch database
	 */
	private record ScratchJdbcConnectionDetails(JdbcConnectionDetails original,
			String database) implements JdbcConnectionDetails {

		@Override
		public String getJdbcUrl() {
			return SiblingDatabases.replaceDatabase(this.original.getJdbcUrl(), this.database);
		}

		@Override
		public @Nullable String getUsername() {
			return this.original.getUsername();
		}

		@Override
		public @Nullable String getPassword() {
			return this.original.getPassword();
		}

	}

}
