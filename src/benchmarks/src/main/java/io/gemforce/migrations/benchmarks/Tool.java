package io.gemforce.migrations.benchmarks;

import org.bson.Document;

/**
 * A tool that migrates MongoDB when a service starts.
 */
interface Tool {

	/**
	 * Return the name of the tool in the report.
	 */
	String label();

	/**
	 * Return a name that can be part of the names of packages and databases.
	 */
	String id();

	/**
	 * Write a migration that inserts one document into {@link Service#APPLIED}.
	 */
	String source(String packageName, String className, int number, boolean transactional);

	/**
	 * Bring a service to the point at which Spring would hand over to the tool. This is
	 * not measured.
	 */
	Start prepare(Service service);

	/**
	 * Return the name of the collection that the tool keeps its lock in.
	 */
	String lockCollection();

	/**
	 * Return the name of the collection that the tool keeps its history in.
	 */
	String historyCollection();

	/**
	 * Make a document of the history that is about a migration which was removed from the
	 * build since.
	 */
	Document removed(Document applied, int number);

}
