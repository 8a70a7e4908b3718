package io.gemforce.migrations.report;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is around a report on a page of the endpoint.
 *
 * @param home the relative address of the page of all stores
 * @param query what the page lists, ignored where it lists nothing
 */
public record PageFrame(String home, HistoryQuery query, List<Pending> pending, List<OperationHint> operations) {

	/**
	 * Return the frame of a page, without operations.
	 * @param root the last part of the endpoint's address
	 * @param depth how many parts the address of the page has after that
	 */
	public static PageFrame at(String root, int depth) {
		return new PageFrame("../".repeat(depth) + root, HistoryQuery.firstPage(), List.of(), List.of());
	}

	public PageFrame listing(HistoryQuery query) {
		return new PageFrame(this.home, query, this.pending, this.operations);
	}

	public PageFrame withPending(List<Pending> pending) {
		return new PageFrame(this.home, this.query, pending, this.operations);
	}

	public PageFrame withOperations(List<OperationHint> operations) {
		return new PageFrame(this.home, this.query, this.pending, operations);
	}

	public static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	public record Pending(String store, HistoryReport.Item item) {

	}

	/**
	 * How to do something.
	 *
	 * @param command the line to paste into a shell, where {@code $ENDPOINT} is the
	 * address of the endpoint
	 */
	public record OperationHint(String action, String effect, String command) {

	}

}
