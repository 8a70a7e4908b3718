package io.gemforce.migrations.mongo.discovery;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.store.AffectedCount;

/**
 * What a migration would do, in a summary that has a sentence a line.
 */
public record ActionPlan(String summary, @Nullable String script, @Nullable AffectedCount touches, List<String> locks) {

}
