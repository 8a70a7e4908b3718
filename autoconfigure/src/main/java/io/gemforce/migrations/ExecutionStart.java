package io.gemforce.migrations;

import org.jspecify.annotations.Nullable;

/**
 * An execution of a migration that begins.
 *
 * @param run the run that it belongs to
 * @param store the store
 * @param namespace the database that the store is in, in the words of OpenTelemetry's
 * {@code db.namespace}
 * @param id the migration's version, or {@code R:} and its description
 * @param version the version, {@code null} if it has none
 * @param description the description
 * @param type what the migration is made of
 * @param script the file or class
 * @param checksum the checksum, {@code null} if there is none
 * @param phase the phase that it runs in
 * @param direction whether it is applied or undone
 * @param transactional whether it runs in a transaction
 */
public record ExecutionStart(MigrationRun run, StoreName store, String namespace, String id, @Nullable String version,
		String description, MigrationType type, String script, @Nullable String checksum, Phase phase,
		Direction direction, boolean transactional) {

	/**
	 * Say which migration this is about.
	 * @return the id and the description
	 */
	public String migration() {
		return (this.version != null) ? "%s (%s)".formatted(this.id, this.description) : this.id;
	}

}
