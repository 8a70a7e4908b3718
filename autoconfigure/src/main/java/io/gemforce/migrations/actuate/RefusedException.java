package io.gemforce.migrations.actuate;

import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.ErrorReport;
import io.gemforce.migrations.store.StoreLock;

final class RefusedException extends RuntimeException {

	static final int FORBIDDEN = 403;

	static final int CONFLICT = 409;

	static final int LOCKED = 423;

	private static final long serialVersionUID = 1L;

	private final int status;

	private final transient ErrorReport report;

	RefusedException(int status, ErrorReport report) {
		super(report.message());
		this.status = status;
		this.report = report;
	}

	int getStatus() {
		return this.status;
	}

	ErrorReport getReport() {
		return this.report;
	}

	static RefusedException badParameter(String name, String value, String action) {
		return new RefusedException(WebEndpointResponse.STATUS_BAD_REQUEST, ErrorReport.of("INVALID_PARAMETER",
				"Parameter '%s' cannot be '%s'".formatted(name, RequestParameters.abbreviate(value)), action, null));
	}

	static RefusedException badRequest(String error, String message, String action, StoreName store) {
		return new RefusedException(WebEndpointResponse.STATUS_BAD_REQUEST,
				ErrorReport.of(error, message, action, store.id()));
	}

	static RefusedException forbidden(String error, String message, String action) {
		return new RefusedException(FORBIDDEN, ErrorReport.of(error, message, action, null));
	}

	static RefusedException conflict(String error, String message, String action, StoreName store) {
		return new RefusedException(CONFLICT, ErrorReport.of(error, message, action, store.id()));
	}

	static RefusedException locked(StoreName store, StoreLock lock) {
		String doing = (lock.doing() != null) ? ", doing: " + lock.doing() : "";
		return new RefusedException(LOCKED,
				ErrorReport.of("LOCKED", "The lock of store '%s' is held by %s%s".formatted(store, lock.owner(), doing),
						"Wait until the holder is done. %s".formatted((store == StoreName.POSTGRES)
								? "If it hangs, release-lock with force ends its connection, which frees the lock"
								: "If it is gone, it is taken over after its lease"),
						store.id()));
	}

	static RefusedException lockAlive(StoreName store, StoreLock lock) {
		return (store == StoreName.POSTGRES) ? conflict("LOCK_ALIVE",
				"The lock of store '%s' is held by %s; PostgreSQL frees it when that connection ends".formatted(store,
						lock.owner()),
				"Wait until it is done. If it hangs, force ends its connection, which rolls back what it is doing",
				store)
				: conflict("LOCK_ALIVE",
						"The lock of store '%s' is held by %s, which has given a sign of life within its lease"
							.formatted(store, lock.owner()),
						"If the holder is gone, ask again after a lease; force takes the lock from one that is alive",
						store);
	}

	static RefusedException unknownStore(String store) {
		return new RefusedException(WebEndpointResponse.STATUS_NOT_FOUND, ErrorReport.of("UNKNOWN_STORE",
				"This service has no store '%s'".formatted(RequestParameters.abbreviate(store)), "Use one of %s"
					.formatted(Arrays.stream(StoreName.values()).map(StoreName::id).collect(Collectors.joining(", "))),
				null));
	}

	static RefusedException unknownMigration(StoreName store, String id) {
		return new RefusedException(WebEndpointResponse.STATUS_NOT_FOUND,
				ErrorReport.of("UNKNOWN_MIGRATION",
						"Store '%s' has no migration '%s'".formatted(store, RequestParameters.abbreviate(id)),
						"GET /%s of this endpoint lists the ids".formatted(store), store.id()));
	}

	static RefusedException of(MigrationException failure, @Nullable StoreName store) {
		int status = switch (failure.getCode()) {
			case LOCK_TIMEOUT -> LOCKED;
			case STORE_UNREACHABLE, AUTH_FAILED, PERMISSION_DENIED, SHUTTING_DOWN ->
				WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE;
			default -> (failure.getCode().exitCode() == ExitCode.UNEXPECTED)
					? WebEndpointResponse.STATUS_INTERNAL_SERVER_ERROR : CONFLICT;
		};
		return new RefusedException(status, ErrorReport.of(failure, store));
	}

}
