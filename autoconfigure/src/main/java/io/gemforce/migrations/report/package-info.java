/**
 * Reports about migrations, in all formats.
 */
@NullMarked
package io.gemforce.migrations.report;

import org.jspecify.annotations.NullMarked;
