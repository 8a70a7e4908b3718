package io.gemforce.migrations.actuate.observation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;

record MigrationCounters(MeterRegistry registry) {

	// With every value that a tag can have
	void register(List<StoreName> stores) {
		for (StoreName store : stores) {
			Stream.of(LockWait.Outcome.values()).forEach((outcome) -> lockWait(store, outcome));
			Arrays.stream(ProblemCode.values())
				.filter(MigrationCounters::isFoundByValidation)
				.forEach((code) -> validationFailures(store, code));
			for (Operation.Kind kind : Operation.Kind.values()) {
				Stream.of(Outcome.SUCCESS, Outcome.REFUSED, Outcome.FAILURE)
					.forEach((outcome) -> operations(store, kind, outcome));
			}
		}
	}

	static boolean isFoundByValidation(ProblemCode code) {
		return switch (code.exitCode()) {
			case ExitCode.INVALID, ExitCode.CONFIGURATION, ExitCode.AHEAD, ExitCode.PENDING -> true;
			default -> false;
		};
	}

	Timer lockWait(StoreName store, LockWait.Outcome outcome) {
		return Timer.builder(MigrationMeter.LOCK_WAIT.meterName())
			.description(MigrationMeter.LOCK_WAIT.description())
			.tags("store", store.id(), "outcome", outcome.name().toLowerCase(Locale.ROOT))
			.register(this.registry);
	}

	Counter validationFailures(StoreName store, ProblemCode code) {
		return counter(MigrationMeter.VALIDATION_FAILURES, "store", store.id(), "code",
				code.name().toLowerCase(Locale.ROOT));
	}

	Counter operations(StoreName store, Operation.Kind kind, Outcome outcome) {
		return counter(MigrationMeter.OPERATIONS, "store", store.id(), "operation", kind.id(), "outcome",
				outcome.tag());
	}

	private Counter counter(MigrationMeter meter, String... tags) {
		return Counter.builder(meter.meterName()).description(meter.description()).tags(tags).register(this.registry);
	}

}
