package io.gemforce.migrations.actuate;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.HistoryQuery;
import io.gemforce.migrations.report.MigrationReports;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.report.Report;

final class EndpointQueries {

	private final MigrationReports reports;

	private final EndpointSettings settings;

	EndpointQueries(MigrationReports reports, EndpointSettings settings) {
		this.reports = reports;
		this.settings = settings;
	}

	Report status(@Nullable String view, SecurityContext user) {
		return RequestParameters.isPlan(view) ? plan(this.reports.stores(), user) : this.reports.status();
	}

	Report history(String store, @Nullable String view, Supplier<HistoryQuery> query, SecurityContext user) {
		StoreName name = RequestParameters.store(store);
		if (!this.reports.stores().contains(name)) {
			throw RefusedException.unknownStore(store);
		}
		if (RequestParameters.isPlan(view)) {
			return plan(List.of(name), user);
		}
		return this.reports.history(name, query.get()).orElseThrow(() -> RefusedException.unknownStore(store));
	}

	Report migration(String store, String id) {
		StoreName name = RequestParameters.store(store);
		if (!this.reports.stores().contains(name)) {
			throw RefusedException.unknownStore(store);
		}
		return this.reports.migration(name, id).orElseThrow(() -> RefusedException.unknownMigration(name, id));
	}

	private PlanReport plan(List<StoreName> stores, SecurityContext user) {
		PlanReport plan = this.reports.plan(stores);
		return this.settings.isScriptShownTo(Caller.of(user)) ? plan : plan.withoutScripts();
	}

}
