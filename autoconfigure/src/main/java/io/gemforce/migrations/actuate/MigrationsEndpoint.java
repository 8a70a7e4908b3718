package io.gemforce.migrations.actuate;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.HistoryQuery;
import io.gemforce.migrations.report.HistoryReport;
import io.gemforce.migrations.report.MigrationReport;
import io.gemforce.migrations.report.MigrationReports;
import io.gemforce.migrations.report.StatusReport;

/**
 * {@link Endpoint @Endpoint} that exposes status and history of the migrations.
 */
@Endpoint(id = "migrations", defaultAccess = Access.READ_ONLY)
public class MigrationsEndpoint {

	private final MigrationReports reports;

	public MigrationsEndpoint(MigrationReports reports) {
		this.reports = reports;
	}

	@ReadOperation
	StatusReport status() {
		return this.reports.status();
	}

	@ReadOperation
	@Nullable HistoryReport history(@Selector String store) {
		return StoreName.find(store)
			.flatMap((name) -> this.reports.history(name, HistoryQuery.firstPage()))
			.orElse(null);
	}

	@ReadOperation
	@Nullable MigrationReport migration(@Selector String store, @Selector String id) {
		return StoreName.find(store).flatMap((name) -> this.reports.migration(name, id)).orElse(null);
	}

}
