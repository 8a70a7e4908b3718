package io.gemforce.migrations.benchmarks;

import org.bson.Document;

/**
 * A tool that migrates MongoDB when a service starts.
 */
interface Tool {

	/**
	 * Return the name of the tool in the report.
	 * @return the name
	 */
	String label();

	/**
	 * Return a name that can be part of the names of packages and databases.
	 * @return the name
	 */
	String id();

	/**
	 * Write a migration that inserts one document into {@link Service#APPLIED}.
	 * @param packageName the package of the class
	 * @param className the name of the class
	 * @param number the position among the migrations, from 1
	 * @param transactional whether it runs in a transaction
	 * @return the source of the class
	 */
	String source(String packageName, String className, int number, boolean transactional);

	/**
	 * Bring a service to the point at which Spring would hand over to the tool. This is
	 * not measured.
	 * @param service the service
	 * @return the start of the service, as far as it is the tool's
	 */
	Start prepare(Service service);

	/**
	 * Return the name of the collection that the tool keeps its lock in.
	 * @return the name
	 */
	String lockCollection();

	/**
	 * Return the name of the collection that the tool keeps its history in.
	 * @return the name
	 */
	String historyCollection();

	/**
	 * Make a document of the history that is about a migration which was removed from the
	 * build since.
	 * @param applied a document that the tool has written
	 * @param number the position among the removed migrations, from 1
	 * @return the document
	 */
	Document removed(Document applied, int number);

}
