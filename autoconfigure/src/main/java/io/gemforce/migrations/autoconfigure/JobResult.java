package io.gemforce.migrations.autoconfigure;

/**
 * What a job came to.
 *
 * @param exitCode what the process ends with
 * @param report what it reports, for programs
 * @param text what it reports, for people
 */
record JobResult(int exitCode, Object report, String text) {

}
