package io.gemforce.migrations.mongo.change;

/**
 * A change that can be made and undone.
 */
non-sealed interface ExecutableChange extends Change {

}
