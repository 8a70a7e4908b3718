package io.gemforce.migrations.postgres;

import java.util.Map;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.Validation;

/**
 * What Flyway knows.
 *
 * @param validation the migrations and the problems
 * @param executions the newest execution of each migration, by id, as Flyway's own table
 * has it
 */
record FlywayView(Validation validation, Map<String, Execution> executions) {

}
