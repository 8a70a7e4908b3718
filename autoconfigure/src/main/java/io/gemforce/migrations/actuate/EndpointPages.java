package io.gemforce.migrations.actuate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.HistoryQuery;
import io.gemforce.migrations.report.MigrationReport;
import io.gemforce.migrations.report.MigrationReports;
import io.gemforce.migrations.report.PageFrame;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.report.Report;
import io.gemforce.migrations.report.StatusReport;

/**
 * Adds to a report what its page needs. A page does nothing itself: it shows the line to
 * paste into a shell.
 */
final class EndpointPages {

	// A command must not carry invisible characters
	private static final JsonMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

	private static final String DRY_RUN = "dryRun";

	private final MigrationReports reports;

	private final EndpointSettings settings;

	EndpointPages(MigrationReports reports, EndpointSettings settings) {
		this.reports = reports;
		this.settings = settings;
	}

	PageFrame at(int depth) {
		return PageFrame.at(this.settings.root(), depth);
	}

	PageFrame ofAllStores(Report report) {
		return (report instanceof StatusReport) ? at(0).withPending(this.reports.pending()) : at(0);
	}

	PageFrame ofStore(String store, Report report, Supplier<HistoryQuery> query) {
		if (report instanceof PlanReport plan) {
			return at(1).withOperations(ofPlan(store, plan));
		}
		return at(1).listing(query.get()).withOperations(ofStore(store, this.reports.status().stores().get(store)));
	}

	private List<PageFrame.OperationHint> ofPlan(String store, PlanReport plan) {
		List<PageFrame.OperationHint> hints = new ArrayList<>();
		if (plan.steps().stream().anyMatch((step) -> step.heldBack().isEmpty())) {
			add(hints, EndpointOperation.MIGRATE, store, null, Map.of("planHash", plan.planHash()));
		}
		return hints;
	}

	private List<PageFrame.OperationHint> ofStore(String store, StatusReport.@Nullable Store state) {
		List<PageFrame.OperationHint> hints = new ArrayList<>();
		if (state != null && state.enabled()) {
			add(hints, EndpointOperation.VALIDATE, store, null, Map.of());
			add(hints, EndpointOperation.REPAIR, store, null, Map.of("confirm", store, DRY_RUN, true));
			if (state.lock().owner() != null) {
				add(hints, EndpointOperation.RELEASE_LOCK, store, null, Map.of("confirm", state.lock().owner()));
			}
			if (state.hold() != null) {
				add(hints, EndpointOperation.RELEASE_HOLD, store, null, Map.of("confirm", state.hold().version()));
			}
		}
		return hints;
	}

	PageFrame ofMigration(Report report) {
		return at(2).withOperations((report instanceof MigrationReport migration) ? ofMigration(migration) : List.of());
	}

	private List<PageFrame.OperationHint> ofMigration(MigrationReport migration) {
		List<PageFrame.OperationHint> hints = new ArrayList<>();
		String store = migration.store();
		String id = migration.item().subject().id();
		Set<EndpointOperation> possible = StoreName.find(store)
			.map((name) -> new OperationRules(name, this.reports.entries(name)).possible(id))
			.orElse(Set.of());
		for (EndpointOperation operation : possible) {
			Map<String, Object> body = new LinkedHashMap<>(Map.of("confirm", id));
			if (operation == EndpointOperation.MARK_APPLIED || operation == EndpointOperation.MARK_ROLLED_BACK) {
				body.put("reason", "say why");
			}
			add(hints, operation, store, id, body);
		}
		return hints;
	}

	private void add(List<PageFrame.OperationHint> hints, EndpointOperation operation, String store,
			@Nullable String id, Map<String, Object> body) {
		if (this.settings.operations().contains(operation)) {
			Map<String, Object> request = new LinkedHashMap<>();
			request.put("action", operation.id());
			request.putAll(body);
			String path = store + ((id != null) ? "/" + PageFrame.encode(id) : "");
			hints.add(new PageFrame.OperationHint(operation.id(), operation.effect(),
					"curl -sS -X POST -H 'Content-Type: application/json' -d %s \"$ENDPOINT/%s\""
						.formatted(quote(JSON.writeValueAsString(request)), path)));
		}
	}

	// A shell takes everything within single quotes literally
	private static String quote(String text) {
		return "'" + text.replace("'", "'\\''") + "'";
	}

}
