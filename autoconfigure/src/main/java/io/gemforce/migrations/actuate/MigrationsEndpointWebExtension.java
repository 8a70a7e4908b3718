package io.gemforce.migrations.actuate;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.ErrorReport;
import io.gemforce.migrations.report.HistoryQuery;
import io.gemforce.migrations.report.MigrationReports;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link MigrationsEndpoint}:
 * pages through the history, and says why it refuses a request.
 */
@EndpointWebExtension(endpoint = MigrationsEndpoint.class)
public class MigrationsEndpointWebExtension {

	private static final int LONGEST_ECHO = 100;

	private final MigrationReports reports;

	/**
	 * Create an extension.
	 * @param reports what it reports
	 */
	public MigrationsEndpointWebExtension(MigrationReports reports) {
		this.reports = reports;
	}

	@ReadOperation
	WebEndpointResponse<ResponseBody<?>> status(@Nullable String view) {
		try {
			if (view != null) {
				throw refused("view", view, "Leave it out");
			}
			return ok(this.reports.status());
		}
		catch (RefusedException ex) {
			return refuse(WebEndpointResponse.STATUS_BAD_REQUEST, ex.getReport());
		}
	}

	@ReadOperation
	WebEndpointResponse<ResponseBody<?>> history(@Selector String store, @Nullable String state, @Nullable String phase,
			@Nullable String q, @Nullable String size, @Nullable String before) {
		Optional<StoreName> name = StoreName.find(store);
		try {
			HistoryQuery query = new HistoryQuery(states(state),
					(phase != null) ? constant("phase", phase, Phase.class) : null, q, size(size), before(before));
			return name.flatMap((found) -> this.reports.history(found, query))
				.map(MigrationsEndpointWebExtension::ok)
				.orElseGet(() -> unknownStore(store));
		}
		catch (RefusedException ex) {
			return refuse(WebEndpointResponse.STATUS_BAD_REQUEST, ex.getReport());
		}
		catch (MigrationException ex) {
			return unavailable(store, ex);
		}
	}

	@ReadOperation
	WebEndpointResponse<ResponseBody<?>> migration(@Selector String store, @Selector String id) {
		Optional<StoreName> name = StoreName.find(store);
		if (name.isEmpty()) {
			return unknownStore(store);
		}
		try {
			return this.reports.migration(name.get(), id)
				.map(MigrationsEndpointWebExtension::ok)
				.orElseGet(() -> refuse(WebEndpointResponse.STATUS_NOT_FOUND,
						ErrorReport.of("UNKNOWN_MIGRATION",
								"Store '%s' has no migration '%s'".formatted(store, abbreviate(id)),
								"GET /actuator/migrations/%s lists the ids".formatted(store), store)));
		}
		catch (MigrationException ex) {
			return unavailable(store, ex);
		}
	}

	private static WebEndpointResponse<ResponseBody<?>> ok(Object report) {
		return new WebEndpointResponse<>(new ResponseBody<>(report));
	}

	private static WebEndpointResponse<ResponseBody<?>> refuse(int status, ErrorReport report) {
		return new WebEndpointResponse<>(new ResponseBody<>(report), status);
	}

	private static WebEndpointResponse<ResponseBody<?>> unknownStore(String store) {
		return refuse(WebEndpointResponse.STATUS_NOT_FOUND,
				ErrorReport.of("UNKNOWN_STORE", "This service has no store '%s'".formatted(abbreviate(store)),
						"GET /actuator/migrations lists the stores", null));
	}

	private static WebEndpointResponse<ResponseBody<?>> unavailable(String store, MigrationException ex) {
		return refuse(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE,
				ErrorReport.of(ex.getCode().name(), ex.getProblems().get(0).message(), ex.getAction(), store));
	}

	private static Set<MigrationState> states(@Nullable String states) {
		EnumSet<MigrationState> found = EnumSet.noneOf(MigrationState.class);
		if (states != null) {
			for (String state : states.split(",", -1)) {
				found.add(constant("state", state, MigrationState.class));
			}
		}
		return found;
	}

	private static <E extends Enum<E>> E constant(String parameter, String value, Class<E> type) {
		return Arrays.stream(type.getEnumConstants())
			.filter((constant) -> constant.name().equals(value.trim().toUpperCase(Locale.ROOT)))
			.findFirst()
			.orElseThrow(() -> refused(parameter, value, "Use one of %s"
				.formatted(Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", ")))));
	}

	private static int size(@Nullable String size) {
		return (size != null) ? (int) number("size", size, HistoryQuery.MAX_SIZE) : HistoryQuery.DEFAULT_SIZE;
	}

	private static long before(@Nullable String before) {
		return (before != null) ? number("before", before, Long.MAX_VALUE) : Long.MAX_VALUE;
	}

	private static long number(String parameter, String value, long max) {
		String expected = (max != Long.MAX_VALUE) ? "Use a number from 1 to %d".formatted(max)
				: "Use the 'nextBefore' of the page before";
		try {
			long number = Long.parseLong(value);
			if (number >= 1 && number <= max) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			throw refused(parameter, value, expected);
		}
		throw refused(parameter, value, expected);
	}

	private static RefusedException refused(String parameter, String value, String action) {
		return new RefusedException(ErrorReport.of("INVALID_PARAMETER",
				"Parameter '%s' cannot be '%s'".formatted(parameter, abbreviate(value)), action, null));
	}

	private static String abbreviate(String value) {
		return (value.length() > LONGEST_ECHO) ? value.substring(0, LONGEST_ECHO) + "…" : value;
	}

	/**
	 * Thrown when a parameter is not acceptable.
	 */
	private static final class RefusedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient ErrorReport report;

		private RefusedException(ErrorReport report) {
			super(report.message());
			this.report = report;
		}

		private ErrorReport getReport() {
			return this.report;
		}

	}

}
