package io.gemforce.migrations.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * A run over some stores that its listener hears of: it begins with the first of the
 * stores and ends after the last one, or with the first failure.
 */
final class RunNotifier {

	private final MigrationRun run;

	private final Set<StoreName> remaining;

	private final List<StoreResult> results = new ArrayList<>();

	private boolean begun;

	private boolean ended;

	RunNotifier(MigrationRun run, Collection<StoreName> stores) {
		this.run = run;
		this.remaining = EnumSet.noneOf(StoreName.class);
		this.remaining.addAll(stores);
	}

	StoreResult perform(StoreName store, Supplier<StoreResult> work) {
		begin();
		this.run.listener().storeBegan(this.run, store);
		try {
			StoreResult result = work.get();
			this.results.add(result);
			end(store, result, null);
			return result;
		}
		catch (RuntimeException ex) {
			if (ex instanceof MigrationException problems) {
				problems.getProblems().forEach((problem) -> this.run.listener().problemFound(this.run, problem));
			}
			end(store, null, ex);
			throw ex;
		}
	}

	private void begin() {
		if (!this.begun) {
			this.begun = true;
			this.run.listener().runBegan(this.run);
		}
	}

	private void end(StoreName store, @Nullable StoreResult result, @Nullable RuntimeException failure) {
		this.run.listener().storeEnded(this.run, store, result, failure);
		this.remaining.remove(store);
		if (!this.ended && (failure != null || this.remaining.isEmpty())) {
			this.ended = true;
			this.run.listener().runEnded(this.run, List.copyOf(this.results), failure);
		}
	}

}
