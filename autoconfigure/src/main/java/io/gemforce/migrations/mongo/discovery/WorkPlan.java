package io.gemforce.migrations.mongo.discovery;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.store.AffectedCount;

/**
 * What a migration would do.
 *
 * @param summary what it does, a sentence a line
 * @param script the text that declares it, {@code null} if there is none
 * @param touches how many documents it touches, {@code null} if that is not known
 * @param locks the locks that it takes, in words
 */
public record WorkPlan(String summary, @Nullable String script, @Nullable AffectedCount touches, List<String> locks) {

}
