/**
 * What is written and read in SQL: names, scripts and their statements, the sessions and
 * data sources that they run in, and what the server says. Internal; neither histories
 * nor stores are known here.
 */
@NullMarked
package io.gemforce.migrations.postgres.sql;

import org.jspecify.annotations.NullMarked;
