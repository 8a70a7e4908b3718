package io.gemforce.migrations.actuate;

import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused.
 *
 * @param error the stable name of the reason
 * @param message what is wrong
 * @param action what to do about it
 * @param store the store that was asked about
 */
record ErrorReport(String error, String message, String action, @Nullable String store) {

}
