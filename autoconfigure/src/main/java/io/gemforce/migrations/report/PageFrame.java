package io.gemforce.migrations.report;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is around a report on a page of the endpoint.
 *
 * @param home the relative address of the page of all stores
 * @param query what the page lists, of no account where it lists nothing
 * @param pending what is pending, of all stores
 * @param operations what can be done from here
 */
public record PageFrame(String home, HistoryQuery query, List<Pending> pending, List<OperationHint> operations) {

	/**
	 * Return the frame of a page.
	 * @param root the last part of the endpoint's address
	 * @param depth how many parts the address of the page has after that
	 * @return the frame, without anything that can be done
	 */
	public static PageFrame at(String root, int depth) {
		return new PageFrame("../".repeat(depth) + root, HistoryQuery.firstPage(), List.of(), List.of());
	}

	/**
	 * Return the frame of a page that lists what a query asks for.
	 */
	public PageFrame listing(HistoryQuery query) {
		return new PageFrame(this.home, query, this.pending, this.operations);
	}

	/**
	 * Return the frame of a page that tells what is pending.
	 */
	public PageFrame withPending(List<Pending> pending) {
		return new PageFrame(this.home, this.query, pending, this.operations);
	}

	/**
	 * Return the frame of a page that tells how to do something.
	 */
	public PageFrame withOperations(List<OperationHint> operations) {
		return new PageFrame(this.home, this.query, this.pending, operations);
	}

	/**
	 * Write a text as one part of an address.
	 */
	public static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	/**
	 * A migration that is pending.
	 *
	 * @param store the store
	 * @param item the migration
	 */
	public record Pending(String store, HistoryReport.Item item) {

	}

	/**
	 * How to do something.
	 *
	 * @param action the name of what can be done
	 * @param effect what it does, a sentence
	 * @param command the line to paste into a shell, where {@code $ENDPOINT} is the
	 * address of the endpoint
	 */
	public record OperationHint(String action, String effect, String command) {

	}

}
