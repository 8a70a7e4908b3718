package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.store.AffectedCount;

/**
 * What a change would do to a database as it is now.
 *
 * @param kind the kind of change
 * @param summary what it does
 * @param touches how many documents it would touch, {@code null} if that is not known
 * @param preimages how many pre-images it would keep, {@code null} if it keeps none
 * @param losses what would be lost for good, a sentence without a period each
 * @param needs the privileges and the topology that it needs
 * @param locks the locks that it takes
 * @param idempotent whether it does the same if it is executed again
 * @param reverse how it is undone
 */
public record ChangePlan(String kind, String summary, @Nullable AffectedCount touches, @Nullable AffectedCount preimages,
		List<String> losses, List<String> needs, List<String> locks, boolean idempotent, Reverse reverse) {

}
