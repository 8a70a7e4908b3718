package io.gemforce.migrations.mongo.discovery;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.history.Attempt;
import io.gemforce.migrations.store.Requirement;

/**
 * A migration that this build has: a bean or a file.
 *
 * @param descriptor what it is, with the name of the class or of the file
 * @param location where it is, in the user's words: the bean or the file
 */
public record ResolvedMigration(MigrationDescriptor descriptor, String location, TransactionMode transaction,
		@Nullable OnInterrupted onInterrupted, List<Requirement> requires, List<ImportId> imports,
		MigrationAction action) {

	public Version version() {
		return Objects.requireNonNull(this.descriptor.version());
	}

	public String id() {
		return this.descriptor.id();
	}

	public String description() {
		return this.descriptor.description();
	}

	public @Nullable String script() {
		return this.descriptor.script();
	}

	/**
	 * Whether an attempt may use transactions, one for all of it or small ones.
	 */
	public boolean usesTransactions(boolean transactions) {
		return transactions && this.transaction != TransactionMode.NEVER;
	}

	public boolean isTransactional(boolean transactions) {
		return usesTransactions(transactions) && this.action.isOneTransaction();
	}

	/**
	 * Return what the next run does with an attempt that never finished, or that failed
	 * without an observed rollback.
	 */
	public OnInterrupted onInterrupted(boolean transactional, boolean transactions) {
		return Objects.requireNonNullElse(this.onInterrupted,
				(transactional || this.action.isRepeatable(usesTransactions(transactions))) ? OnInterrupted.RETRY
						: OnInterrupted.STOP);
	}

	public String retryDeclaration() {
		return (this.descriptor.type() == MigrationType.FILE) ? "'onInterrupted: retry' in its file"
				: "@Migration(onInterrupted = OnInterrupted.RETRY)";
	}

	/**
	 * Return this for a rehearsal: twice in a row if it is declared to be repeatable.
	 */
	public ResolvedMigration repeatedly() {
		boolean repeatable = this.action instanceof DeclaredAction
				|| (this.transaction == TransactionMode.NEVER && this.onInterrupted == OnInterrupted.RETRY);
		return repeatable ? new ResolvedMigration(this.descriptor, this.location, this.transaction, this.onInterrupted,
				this.requires, this.imports, this.action.repeatedly()) : this;
	}

	public Attempt attempt(Direction direction, boolean transactional) {
		return new Attempt(this.descriptor, direction, Phase.EXPAND, transactional);
	}

	@Override
	public String toString() {
		return this.descriptor.toString();
	}

}
