/**
 * Wires the migrations into a Spring Boot application.
 */
@NullMarked
package io.gemforce.migrations.autoconfigure;

import org.jspecify.annotations.NullMarked;
