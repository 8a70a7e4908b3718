package io.gemforce.migrations.actuate;

import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.report.ErrorReport;
import io.gemforce.migrations.report.HtmlReports;
import io.gemforce.migrations.report.MarkdownReports;
import io.gemforce.migrations.report.MigrationReports;
import io.gemforce.migrations.report.PageFrame;
import io.gemforce.migrations.report.Report;
import io.gemforce.migrations.report.ReportFormat;
import io.gemforce.migrations.report.ReportWriter;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link MigrationsEndpoint},
 * which answers in JSON, HTML or Markdown on the same paths.
 */
@EndpointWebExtension(endpoint = MigrationsEndpoint.class)
public class MigrationsEndpointWebExtension {

	private static final String HTML = "text/html;charset=UTF-8";

	private static final String MARKDOWN = "text/markdown;charset=UTF-8";

	private static final int NOT_ACCEPTABLE = 406;

	private final EndpointQueries questions;

	private final EndpointPages pages;

	private final EndpointOperations operations;

	public MigrationsEndpointWebExtension(MigrationReports reports, EndpointSettings settings,
			EndpointOperations operations) {
		this.questions = new EndpointQueries(reports, settings);
		this.pages = new EndpointPages(reports, settings);
		this.operations = operations;
	}

	@ReadOperation
	WebEndpointResponse<?> status(@Nullable String view, SecurityContext user) {
		return json(() -> this.questions.status(view, user));
	}

	@ReadOperation(produces = HTML)
	WebEndpointResponse<?> statusPage(@Nullable String view, SecurityContext user) {
		return html(0, () -> this.questions.status(view, user), this.pages::ofAllStores);
	}

	@ReadOperation(produces = MARKDOWN)
	WebEndpointResponse<?> statusMarkdown(@Nullable String view, SecurityContext user) {
		return markdown(() -> this.questions.status(view, user));
	}

	@ReadOperation
	WebEndpointResponse<?> history(@Selector String store, @Nullable String view, @Nullable String state,
			@Nullable String phase, @Nullable String q, @Nullable String size, @Nullable String before,
			SecurityContext user) {
		return json(() -> this.questions.history(store, view,
				() -> RequestParameters.query(state, phase, q, size, before), user));
	}

	@ReadOperation(produces = HTML)
	WebEndpointResponse<?> historyPage(@Selector String store, @Nullable String view, @Nullable String state,
			@Nullable String phase, @Nullable String q, @Nullable String size, @Nullable String before,
			SecurityContext user) {
		return html(1,
				() -> this.questions.history(store, view, () -> RequestParameters.query(state, phase, q, size, before),
						user),
				(report) -> this.pages.ofStore(store, report,
						() -> RequestParameters.query(state, phase, q, size, before)));
	}

	@ReadOperation(produces = MARKDOWN)
	WebEndpointResponse<?> historyMarkdown(@Selector String store, @Nullable String view, @Nullable String state,
			@Nullable String phase, @Nullable String q, @Nullable String size, @Nullable String before,
			SecurityContext user) {
		return markdown(() -> this.questions.history(store, view,
				() -> RequestParameters.query(state, phase, q, size, before), user));
	}

	@ReadOperation
	WebEndpointResponse<?> migration(@Selector String store, @Selector String id) {
		return json(() -> this.questions.migration(store, id));
	}

	@ReadOperation(produces = HTML)
	WebEndpointResponse<?> migrationPage(@Selector String store, @Selector String id) {
		return html(2, () -> this.questions.migration(store, id), this.pages::ofMigration);
	}

	@ReadOperation(produces = MARKDOWN)
	WebEndpointResponse<?> migrationMarkdown(@Selector String store, @Selector String id) {
		return markdown(() -> this.questions.migration(store, id));
	}

	@WriteOperation
	WebEndpointResponse<?> operateOnStore(@Selector String store, @Nullable String action, @Nullable String confirm,
			@Nullable String reason, @Nullable String planHash, @Nullable String dryRun, @Nullable String force,
			SecurityContext user) {
		return operate(store, null, new OperationRequest(action, confirm, reason, planHash, dryRun, force), user);
	}

	@WriteOperation
	WebEndpointResponse<?> operateOnMigration(@Selector String store, @Selector String id, @Nullable String action,
			@Nullable String confirm, @Nullable String reason, @Nullable String planHash, @Nullable String dryRun,
			@Nullable String force, SecurityContext user) {
		return operate(store, id, new OperationRequest(action, confirm, reason, planHash, dryRun, force), user);
	}

	private WebEndpointResponse<?> operate(String store, @Nullable String id, OperationRequest request,
			SecurityContext user) {
		try {
			EndpointOperations.Answer answer = this.operations.operate(store, id, request, user);
			return new WebEndpointResponse<>(new ResponseBody<>(answer.report()), answer.status());
		}
		catch (RefusedException ex) {
			return new WebEndpointResponse<>(new ResponseBody<>(ex.getReport()), ex.getStatus());
		}
	}

	private static WebEndpointResponse<?> json(Supplier<Report> question) {
		return answer(question, ResponseBody::new);
	}

	private static WebEndpointResponse<?> markdown(Supplier<Report> question) {
		return ReportWriter.canWrite(ReportFormat.MARKDOWN) ? answer(question, MarkdownReports::write)
				: new WebEndpointResponse<>(NOT_ACCEPTABLE);
	}

	private WebEndpointResponse<?> html(int depth, Supplier<Report> question, Function<Report, PageFrame> frame) {
		return ReportWriter.canWrite(ReportFormat.HTML)
				? answer(question,
						(report) -> HtmlReports.write(report,
								(report instanceof ErrorReport) ? this.pages.at(depth) : frame.apply(report)))
				: new WebEndpointResponse<>(NOT_ACCEPTABLE);
	}

	private static WebEndpointResponse<?> answer(Supplier<Report> question, Function<Report, Object> writer) {
		try {
			return new WebEndpointResponse<>(writer.apply(question.get()));
		}
		catch (RefusedException ex) {
			return new WebEndpointResponse<>(writer.apply(ex.getReport()), ex.getStatus());
		}
		catch (MigrationException ex) {
			return new WebEndpointResponse<>(writer.apply(ErrorReport.of(ex, null)),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

}
