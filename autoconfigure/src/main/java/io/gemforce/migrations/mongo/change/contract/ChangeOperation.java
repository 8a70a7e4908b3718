package io.gemforce.migrations.mongo.change.contract;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * A change that can be checked, counted, made and undone.
 * <p>
 * Making it twice does the same as making it once, and after an interruption anywhere
 * making it again leads to the same end; likewise for the undo. Making it and undoing it
 * leaves documents (up to the order of their fields), indexes and validators as they
 * were.
 */
public non-sealed interface ChangeOperation extends Change {

	/**
	 * Check what needs no database, beyond the types of the parameters.
	 */
	default void check(DefinitionCursor cursor) {
	}

	List<String> collections();

	/**
	 * Whether the change, or its undo, may write to a collection.
	 */
	default boolean isWriting(String own, String database, String name) {
		return own.equals(database) && collections().contains(name);
	}

	/**
	 * Why the change, or its undo, may write outside the database that it is made on.
	 */
	default Optional<String> reachesBeyond() {
		return Optional.empty();
	}

	/**
	 * Whether the definition may hold secrets, which are then neither shown nor stored.
	 */
	default boolean canHoldSecrets() {
		return false;
	}

	/**
	 * Returns the number, {@code null} if it is not known.
	 */
	@Nullable AffectedCount touches(DocumentCounter counter);

	/**
	 * Returns {@code null} if the change keeps none.
	 */
	default @Nullable AffectedCount preimages(DocumentCounter counter) {
		return null;
	}

	default boolean keepsPreimages() {
		return false;
	}

	default List<String> losses(DocumentCounter counter) {
		return List.of();
	}

	/**
	 * Make the change, or go on with it. If it throws {@link ChangeRefusedException}, the
	 * data do not allow the change, and nothing was written.
	 */
	void up(OperationContext step) throws Exception;

	/**
	 * Undo the change, or go on with that. Conflicts are reported to the step.
	 */
	void down(OperationContext step) throws Exception;

	@Override
	default boolean isIdempotent() {
		return true;
	}

	@Override
	default boolean canBeInTransaction() {
		return true;
	}

}
