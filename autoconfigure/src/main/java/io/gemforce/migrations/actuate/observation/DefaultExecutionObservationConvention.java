package io.gemforce.migrations.actuate.observation;

import java.util.Locale;

import io.micrometer.common.KeyValues;

import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.ExecutionStart;

/**
 * Default {@link ExecutionObservationConvention}. It never exposes the text of a script.
 */
public class DefaultExecutionObservationConvention implements ExecutionObservationConvention {

	@Override
	public String getName() {
		return MigrationObservation.EXECUTION.getName();
	}

	@Override
	public String getContextualName(ExecutionObservationContext context) {
		return "migration %s %s".formatted(context.getStore(), context.getExecution().id());
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(ExecutionObservationContext context) {
		ExecutionStart execution = context.getExecution();
		return KeyValues.of(MigrationObservation.Tag.STORE.withValue(execution.store().id()),
				MigrationObservation.Tag.TYPE.withValue(lowerCase(execution.type())),
				MigrationObservation.Tag.PHASE.withValue(lowerCase(execution.phase())),
				MigrationObservation.Tag.DIRECTION.withValue(lowerCase(execution.direction())),
				MigrationObservation.Tag.OUTCOME.withValue(context.getOutcome().tag()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(ExecutionObservationContext context) {
		ExecutionStart execution = context.getExecution();
		KeyValues attributes = KeyValues.of(MigrationObservation.Attribute.STORE.withValue(execution.store().id()),
				MigrationObservation.Attribute.ID.withValue(execution.id()),
				MigrationObservation.Attribute.PHASE.withValue(lowerCase(execution.phase())),
				MigrationObservation.Attribute.DIRECTION.withValue(lowerCase(execution.direction())),
				MigrationObservation.Attribute.RUN_ID.withValue(execution.run().id()),
				MigrationObservation.Attribute.DB_SYSTEM
					.withValue(DefaultStoreObservationConvention.system(execution.store())),
				MigrationObservation.Attribute.DB_NAMESPACE.withValue(execution.namespace()));
		if (execution.version() != null) {
			attributes = attributes.and(MigrationObservation.Attribute.VERSION.withValue(execution.version()));
		}
		if (execution.checksum() != null) {
			attributes = attributes.and(MigrationObservation.Attribute.CHECKSUM.withValue(execution.checksum()));
		}
		ExecutionError error = context.getExecutionError();
		return (error != null) ? attributes.and(describe(error)) : attributes;
	}

	private static KeyValues describe(ExecutionError error) {
		String code = error.code();
		if (code == null) {
			return KeyValues.of(MigrationObservation.Attribute.ERROR_TYPE.withValue(error.type()));
		}
		return KeyValues.of(MigrationObservation.Attribute.ERROR_TYPE.withValue(code),
				MigrationObservation.Attribute.DB_STATUS.withValue(code));
	}

	private static String lowerCase(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
