package io.gemforce.migrations.run;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.StoreLook;

/**
 * Looks at all stores of a run before the first one is touched, and reports all that is
 * wrong at once. What was seen of a store is used when its turn comes, unless there was
 * something to do before: then it is read again.
 */
final class LookAhead {

	private final List<MigrationStore> stores;

	private final Consumer<StoreLook> check;

	private final Predicate<StoreLook> hasWork;

	private final Map<StoreName, StoreLook> looks = new EnumMap<>(StoreName.class);

	private boolean outdated;

	LookAhead(List<MigrationStore> stores, Consumer<StoreLook> check, Predicate<StoreLook> hasWork) {
		this.stores = List.copyOf(stores);
		this.check = check;
		this.hasWork = hasWork;
	}

	// Before the first store, looks at all that follow as well
	StoreLook at(MigrationStore store) {
		if (this.looks.isEmpty()) {
			lookFrom(store);
		}
		StoreLook look = this.looks.get(store.name());
		if (look == null || this.outdated) {
			return store.look();
		}
		this.outdated = this.looks.size() > 1 && this.hasWork.test(look);
		return look;
	}

	private void lookFrom(MigrationStore first) {
		this.looks.put(first.name(), first.look());
		this.stores.stream()
			.filter((store) -> store.name().compareTo(first.name()) > 0)
			.forEach((store) -> this.looks.put(store.name(), store.lookAhead()));
		// One that is alone says itself what is wrong with it
		if (this.looks.size() > 1) {
			checkAll();
		}
	}

	private void checkAll() {
		List<MigrationException> failures = new ArrayList<>();
		for (StoreLook look : this.looks.values()) {
			try {
				this.check.accept(look);
			}
			catch (MigrationException ex) {
				failures.add(ex);
			}
		}
		if (!failures.isEmpty()) {
			this.looks.clear();
			throw all(failures);
		}
	}

	private static MigrationException all(List<MigrationException> failures) {
		MigrationException first = failures.get(0);
		if (failures.size() == 1) {
			return first;
		}
		MigrationException all = new MigrationException(
				failures.stream().flatMap((failure) -> failure.getProblems().stream()).distinct().toList(),
				first.getDatabaseState(), first);
		failures.stream().skip(1).forEach(all::addSuppressed);
		return all;
	}

}
