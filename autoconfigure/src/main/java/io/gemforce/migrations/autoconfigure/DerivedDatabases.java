package io.gemforce.migrations.autoconfigure;

import java.sql.DatabaseMetaData;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

import io.gemforce.migrations.postgres.rehearsal.DatabaseOpener;

/**
 * Opens other databases with the user and the password of a data source, if Boot knows
 * its kind.
 */
final class DerivedDatabases implements DatabaseOpener {

	@Override
	public DataSource open(DataSource original, @Nullable String database) {
		DataSourceBuilder<SimpleDriverDataSource> builder = DataSourceBuilder.derivedFrom(original)
			.type(SimpleDriverDataSource.class);
		if (database != null) {
			builder.url(DatabaseOpener.replaceDatabase(url(original), database));
		}
		return builder.build();
	}

	private static String url(DataSource original) {
		try {
			return JdbcUtils.extractDatabaseMetaData(original, DatabaseMetaData::getURL);
		}
		catch (MetaDataAccessException ex) {
			throw new DataAccessResourceFailureException("Could not open a connection", ex);
		}
	}

}
