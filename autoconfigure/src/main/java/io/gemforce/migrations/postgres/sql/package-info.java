/**
 * SQL names, scripts and statements, the sessions and data sources that they run in, and
 * the server's messages. Internal; must not depend on histories or stores.
 */
@NullMarked
package io.gemforce.migrations.postgres.sql;

import org.jspecify.annotations.NullMarked;
