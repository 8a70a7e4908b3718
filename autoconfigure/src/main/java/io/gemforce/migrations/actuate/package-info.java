/**
 * What operators see: the actuator endpoint.
 */
@NullMarked
package io.gemforce.migrations.actuate;

import org.jspecify.annotations.NullMarked;
