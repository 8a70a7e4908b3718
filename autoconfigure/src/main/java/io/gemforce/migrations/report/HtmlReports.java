package io.gemforce.migrations.report;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.store.Sha256;

/**
 * Reports for a browser: self-contained documents, which can be read without JavaScript
 * and run no style and no script but their own.
 */
public final class HtmlReports {

	static final String STYLE = Templates.read("page.css");

	static final String SCRIPT = Templates.read("page.js");

	private static final String POLICY = ("default-src 'none'; style-src '%s'; script-src '%s'; connect-src 'self'; "
			+ "img-src data:; base-uri 'none'; form-action 'self'")
		.formatted(hash(STYLE), hash(SCRIPT));

	private static final List<MigrationState> FILTERS = List.of(MigrationState.PENDING, MigrationState.RUNNING,
			MigrationState.APPLIED, MigrationState.FAILED, MigrationState.INTERRUPTED, MigrationState.ROLLED_BACK,
			MigrationState.HELD, MigrationState.FUTURE, MigrationState.MISSING, MigrationState.OUTDATED);

	private HtmlReports() {
	}

	private static String hash(String text) {
		return "sha256-" + Base64.getEncoder().encodeToString(Sha256.of(text));
	}

	/**
	 * Write a report as a document of its own, without links.
	 */
	public static String write(Report report) {
		return Templates.HTML.write(report.template(), report, around(report, null));
	}

	public static String write(Report report, PageFrame frame) {
		return Templates.HTML.write(report.template(), report, around(report, frame));
	}

	private static Around around(Report report, @Nullable PageFrame frame) {
		List<Filter> filters = List.of();
		String older = null;
		if (frame != null && report instanceof HistoryReport history) {
			filters = filters(frame.query());
			older = (history.page().nextBefore() != null)
					? address(frame.query(), frame.query().states(), history.page().nextBefore()) : null;
		}
		return new Around(STYLE, SCRIPT, POLICY, frame != null && report.changesSoon(), frame, filters, older);
	}

	private static List<Filter> filters(HistoryQuery query) {
		List<Filter> filters = new ArrayList<>();
		filters.add(new Filter("all", address(query, Set.of(), null), query.states().isEmpty()));
		for (MigrationState state : FILTERS) {
			filters.add(new Filter(TemplateProperties.label(state), address(query, Set.of(state), null),
					query.states().equals(Set.of(state))));
		}
		return filters;
	}

	private static String address(HistoryQuery query, Set<MigrationState> states, @Nullable Long before) {
		List<String> parameters = new ArrayList<>();
		if (!states.isEmpty()) {
			parameters.add("state="
					+ String.join(",", states.stream().map((state) -> state.name().toLowerCase(Locale.ROOT)).toList()));
		}
		if (query.phase() != null) {
			parameters.add("phase=" + query.phase().name().toLowerCase(Locale.ROOT));
		}
		if (query.text() != null) {
			parameters.add("q=" + PageFrame.encode(query.text()));
		}
		if (query.size() != HistoryQuery.DEFAULT_SIZE) {
			parameters.add("size=" + query.size());
		}
		if (before != null) {
			parameters.add("before=" + before);
		}
		return "?" + String.join("&", parameters);
	}

	/**
	 * What templates find around a report. No report has a component of one of these
	 * names: it would hide this one, and three of these are not escaped.
	 *
	 * @param live whether to reload the page soon
	 * @param frame what is around the report, {@code null} if it is a document of its own
	 * @param older the address of the next page, {@code null} if this is the last
	 */
	private record Around(String pageStyle, String pageScript, String pagePolicy, boolean live,
			@Nullable PageFrame frame, List<Filter> filters, @Nullable String older) {

		boolean linked() {
			return this.frame != null;
		}

	}

	private record Filter(String label, String address, boolean current) {

	}

}
