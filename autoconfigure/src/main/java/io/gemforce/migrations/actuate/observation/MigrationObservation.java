package io.gemforce.migrations.actuate.observation;

import java.util.Locale;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations: each is a timer, a long task timer while it lasts, and a span.
 */
public enum MigrationObservation implements ObservationDocumentation {

	/**
	 * One coordinated run over the stores.
	 */
	RUN {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultRunObservationConvention.class;
		}

		@Override
		public String getContextualName() {
			return "migrations run";
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return new KeyName[] { Tag.TRIGGER, Tag.OUTCOME };
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return new KeyName[] { Attribute.RUN_ID };
		}

	},

	/**
	 * What a run does to one store.
	 */
	STORE {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultStoreObservationConvention.class;
		}

		@Override
		public String getContextualName() {
			return "migrations <store>";
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return new KeyName[] { Tag.STORE, Tag.OUTCOME };
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return new KeyName[] { Attribute.STORE, Attribute.RUN_ID, Attribute.DB_SYSTEM };
		}

	},

	/**
	 * The execution of one migration, up or down.
	 */
	EXECUTION {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultExecutionObservationConvention.class;
		}

		@Override
		public String getContextualName() {
			return "migration <store> <id>";
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return new KeyName[] { Tag.STORE, Tag.TYPE, Tag.PHASE, Tag.DIRECTION, Tag.OUTCOME };
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return Attribute.values();
		}

	};

	@Override
	public String getName() {
		return "migrations." + name().toLowerCase(Locale.ROOT);
	}

	@Override
	public String getPrefix() {
		return "";
	}

	/**
	 * Names of tags of metrics and spans.
	 */
	public enum Tag implements KeyName {

		/**
		 * What began the run.
		 */
		TRIGGER,

		/**
		 * The store.
		 */
		STORE,

		/**
		 * What the migration is made of.
		 */
		TYPE,

		/**
		 * The phase that the migration runs in.
		 */
		PHASE,

		/**
		 * Whether the migration is applied or undone.
		 */
		DIRECTION,

		/**
		 * What it came to.
		 */
		OUTCOME;

		@Override
		public String asString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * Names of attributes of spans.
	 */
	public enum Attribute implements KeyName {

		/**
		 * The store.
		 */
		STORE("migrations.store"),

		/**
		 * The id of the migration.
		 */
		ID("migrations.id"),

		/**
		 * The version of the migration, where it has one.
		 */
		VERSION("migrations.version"),

		/**
		 * The phase that the migration runs in.
		 */
		PHASE("migrations.phase"),

		/**
		 * Whether the migration is applied or undone.
		 */
		DIRECTION("migrations.direction"),

		/**
		 * The id of the run.
		 */
		RUN_ID("migrations.run.id"),

		/**
		 * The checksum of the migration, where it has one.
		 */
		CHECKSUM("migrations.checksum"),

		/**
		 * The kind of database.
		 */
		DB_SYSTEM("db.system.name"),

		/**
		 * The database; of PostgreSQL with the schema.
		 */
		DB_NAMESPACE("db.namespace"),

		/**
		 * The database's code for what failed, or the class of the error.
		 */
		ERROR_TYPE("error.type"),

		/**
		 * The database's code for what failed, where it has one.
		 */
		DB_STATUS("db.response.status_code");

		private final String name;

		Attribute(String name) {
			this.name = name;
		}

		@Override
		public String asString() {
			return this.name;
		}

	}

}
