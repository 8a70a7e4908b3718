package io.gemforce.migrations.actuate;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.StoreName;

/**
 * An operation that a caller asks for. Each part is as it was sent.
 *
 * @param confirm what the caller repeats so that it is not done by mistake: the id, the
 * store, the holder of the lock or the held version
 * @param force whether to do it even if another instance may be at work
 */
record OperationRequest(@Nullable String action, @Nullable String confirm, @Nullable String reason,
		@Nullable String planHash, @Nullable String dryRun, @Nullable String force) {

	private static final int LONGEST = 1000;

	// The reason must also be text that every store takes
	void requireBounded() {
		requireBounded("action", this.action);
		requireBounded("confirm", this.confirm);
		requireBounded("reason", this.reason);
		requireBounded("planHash", this.planHash);
		requireBounded("dryRun", this.dryRun);
		requireBounded("force", this.force);
		if (this.reason != null && this.reason.codePoints().anyMatch(OperationRequest::isNoText)) {
			throw RefusedException.badParameter("reason", this.reason,
					"Use letters, digits, signs, spaces and line breaks");
		}
	}

	// PostgreSQL takes no null character, and no store takes half of a surrogate pair
	private static boolean isNoText(int character) {
		return switch (Character.getType(character)) {
			case Character.CONTROL -> !Character.isWhitespace(character);
			case Character.SURROGATE -> true;
			default -> false;
		};
	}

	private static void requireBounded(String parameter, @Nullable String value) {
		if (value != null && value.length() > LONGEST) {
			throw RefusedException.badParameter(parameter, value, "Use up to %d characters".formatted(LONGEST));
		}
	}

	EndpointOperation operation() {
		return Optional.ofNullable(this.action)
			.flatMap(EndpointOperation::find)
			.orElseThrow(() -> RefusedException.badParameter("action", String.valueOf(this.action),
					"Name one of the operations in the documentation, such as 'validate'"));
	}

	boolean isDryRun(EndpointOperation operation) {
		return RequestParameters.flag("dryRun", this.dryRun, operation == EndpointOperation.REPAIR);
	}

	boolean isForced() {
		return RequestParameters.flag("force", this.force, false);
	}

	void requireConfirmation(String expected, StoreName store) {
		if (!expected.equals(this.confirm)) {
			throw RefusedException.badRequest("CONFIRMATION_REQUIRED",
					(this.confirm != null) ? "'confirm' is not what it should be" : "'confirm' is missing",
					"Send \"confirm\": \"%s\" if that is what you mean".formatted(expected), store);
		}
	}

	void requireReason(StoreName store) {
		if (this.reason == null || this.reason.isBlank()) {
			throw RefusedException.badRequest("REASON_REQUIRED", "'reason' is missing", "Say why, for the record",
					store);
		}
	}

}
