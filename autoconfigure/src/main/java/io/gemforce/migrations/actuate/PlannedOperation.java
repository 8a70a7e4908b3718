package io.gemforce.migrations.actuate;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.OperationReport;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.report.ProblemReport;

/**
 * An operation that has passed all checks.
 *
 * @param work does it and says what was done, a line each; {@code null} if there is
 * nothing to do
 * @param said what can be said without doing it, a line each
 * @param plan what would be executed, {@code null} if nothing would
 */
record PlannedOperation(@Nullable Function<MigrationRun, List<String>> work, List<String> said,
		List<ProblemReport> problems, @Nullable PlanReport plan) {

	static PlannedOperation of(Function<MigrationRun, List<String>> work) {
		return new PlannedOperation(work, List.of(), List.of(), null);
	}

	static PlannedOperation saying(List<String> said) {
		return new PlannedOperation(null, said, List.of(), null);
	}

	static PlannedOperation showing(PlanReport plan) {
		return new PlannedOperation(null, List.of(), List.of(), plan.withoutScripts());
	}

	List<String> execute(MigrationRun run) {
		return Objects.requireNonNull(this.work).apply(run);
	}

	OperationReport report(EndpointOperation operation, StoreName store, @Nullable String id) {
		return new OperationReport(new OperationReport.Subject(operation.id(), store.id(), id), null,
				operation != EndpointOperation.VALIDATE, true, this.said, this.problems, this.plan);
	}

}
