package io.gemforce.migrations.test;

import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.gemforce.migrations.postgres.rehearsal.DatabaseOpener;
import io.gemforce.migrations.postgres.rehearsal.ScratchDatabase;

/**
 * Puts the address of a scratch database in the place of the one that a service has.
 */
final class ScratchJdbcConnectionDetailsPostProcessor implements BeanPostProcessor, DisposableBean {

	private final Environment environment;

	private final List<ScratchDatabase> databases = new ArrayList<>();

	ScratchJdbcConnectionDetailsPostProcessor(Environment environment) {
		this.environment = environment;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof JdbcConnectionDetails details) || !details.getJdbcUrl().startsWith("jdbc:postgresql:")) {
			return bean;
		}
		ScratchDatabase database = ScratchDatabase.create(open(details, details.getJdbcUrl()));
		this.databases.add(database);
		database.setUp(open(details, DatabaseOpener.replaceDatabase(details.getJdbcUrl(), database.name())));
		return new ScratchJdbcConnectionDetails(details, database.name());
	}

	// Who migrates has to own what is migrated
	private DataSource open(JdbcConnectionDetails details, String url) {
		String user = this.environment.getProperty("spring.flyway.user");
		return (user != null)
				? new DriverManagerDataSource(url, user, this.environment.getProperty("spring.flyway.password", ""))
				: new DriverManagerDataSource(url, String.valueOf(details.getUsername()),
						String.valueOf(details.getPassword()));
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
			return DatabaseOpener.replaceDatabase(this.original.getJdbcUrl(), this.database);
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
