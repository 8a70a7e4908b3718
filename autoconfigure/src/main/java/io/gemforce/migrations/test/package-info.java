/**
 * Lets a service's own tests rehearse its migrations.
 */
@NullMarked
package io.gemforce.migrations.test;

import org.jspecify.annotations.NullMarked;
