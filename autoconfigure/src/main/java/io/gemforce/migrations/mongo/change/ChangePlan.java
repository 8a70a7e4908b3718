package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.store.AffectedCount;

/**
 * What a change would do to a database as it is now.
 *
 * @param touches how many documents it would touch, {@code null} if unknown
 * @param preimages how many it would keep, {@code null} if it keeps none
 */
public record ChangePlan(ChangeOperation change, @Nullable AffectedCount touches, @Nullable AffectedCount preimages,
		List<String> losses, Reverse reverse) {

	public String summary() {
		return this.change.summary();
	}

	public List<String> needs() {
		return this.change.needs();
	}

	public List<String> locks() {
		return this.change.locks();
	}

}
