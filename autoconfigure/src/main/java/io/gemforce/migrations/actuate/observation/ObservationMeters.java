package io.gemforce.migrations.actuate.observation;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationRegistry;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;

/**
 * Registers the meters of {@link MigrationObservation observations} at the start, so that
 * alerts see zero rather than nothing. Names and tags are those that the conventions and
 * filters of the application give.
 */
public final class ObservationMeters {

	private static final MigrationListener NOBODY = new MigrationListener() {
	};

	private static final ApplicationInstance ANY_INSTANCE = new ApplicationInstance("", null, "", null);

	private final Supplier<ObservationRegistry> observations;

	private final Supplier<ObservationConventions> conventions;

	private final Supplier<List<ObservationFilter>> filters;

	public ObservationMeters(Supplier<ObservationRegistry> observations, Supplier<ObservationConventions> conventions,
			Supplier<List<ObservationFilter>> filters) {
		this.observations = observations;
		this.conventions = conventions;
		this.filters = filters;
	}

	void register(MeterRegistry registry, List<StoreName> stores) {
		ObservationConventions users = this.conventions.get();
		RunObservationConvention run = (users.run() != null) ? users.run() : ObservationConventions.DEFAULT_RUN;
		StoreObservationConvention store = (users.store() != null) ? users.store()
				: ObservationConventions.DEFAULT_STORE;
		ExecutionObservationConvention execution = (users.execution() != null) ? users.execution()
				: ObservationConventions.DEFAULT_EXECUTION;
		for (Outcome outcome : List.of(Outcome.UNKNOWN, Outcome.SUCCESS, Outcome.FAILURE)) {
			for (Trigger trigger : Trigger.values()) {
				register(registry, run, new RunObservationContext(run(trigger)), outcome);
			}
			for (StoreName name : stores) {
				register(registry, store, new StoreObservationContext(run(Trigger.STARTUP), name), outcome);
				executions(name)
					.forEach((start) -> register(registry, execution, new ExecutionObservationContext(start), outcome));
			}
		}
	}

	private static MigrationRun run(Trigger trigger) {
		return new MigrationRun("", trigger, Instant.EPOCH, ANY_INSTANCE, NOBODY);
	}

	private static Stream<ExecutionStart> executions(StoreName store) {
		List<MigrationType> types = switch (store) {
			case POSTGRES -> List.of(MigrationType.SQL, MigrationType.JAVA);
			case MONGO -> List.of(MigrationType.BEAN, MigrationType.FILE);
		};
		return types.stream()
			.flatMap((type) -> Stream.of(Phase.values())
				.flatMap((phase) -> Stream.of(Direction.values())
					.map((direction) -> new ExecutionStart(run(Trigger.STARTUP), store, "",
							new MigrationDescriptor(null, "", type, "", null), phase, direction, true))));
	}

	private <C extends RunObservationContext> void register(MeterRegistry registry, ObservationConvention<C> convention,
			C context, Outcome outcome) {
		String name = String.valueOf(convention.getName());
		context.setName(name);
		context.setOutcome(outcome);
		context.addLowCardinalityKeyValues(convention.getLowCardinalityKeyValues(context));
		if (Observation.createNotStarted(name, () -> context, this.observations.get()).isNoop()) {
			return;
		}
		if (outcome == Outcome.UNKNOWN) {
			LongTaskTimer.builder(name + ".active").tags(tags(context)).register(registry);
			return;
		}
		Observation.Context filtered = context;
		for (ObservationFilter filter : this.filters.get()) {
			filtered = filter.map(filtered);
		}
		List<Tag> tags = Stream.concat(tags(filtered).stream(), Stream.of(Tag.of("error", "none"))).toList();
		Timer.builder(name).tags(tags).register(registry);
	}

	private static List<Tag> tags(Observation.Context context) {
		return context.getLowCardinalityKeyValues()
			.stream()
			.map((keyValue) -> Tag.of(keyValue.getKey(), keyValue.getValue()))
			.toList();
	}

}
