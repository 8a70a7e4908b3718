package io.gemforce.migrations.mongo.change.contract;

import java.util.ArrayList;
import java.util.List;

import io.gemforce.migrations.mongo.change.document.FieldPath;

public final class PlanPhrases {

	private static final String PREIMAGES = "find, insert, update, remove on the collection of pre-images";

	/**
	 * For a change that is only repeatable in a transaction.
	 */
	public static final String TRANSACTIONS = "a replica set or sharded cluster to be repeatable: without transactions an "
			+ "interruption stops the migration";

	private PlanPhrases() {
	}

	// Includes the privileges for looking at the collection and for remembering
	public static List<String> privileges(String actions, String collection) {
		List<String> needs = new ArrayList<>();
		needs.add("%s on '%s'".formatted(actions, collection));
		needs.add("listCollections on the database");
		needs.add(PREIMAGES);
		return List.copyOf(needs);
	}

	public static String fields(List<FieldPath> fields) {
		return String.join(", ", fields.stream().map("'%s'"::formatted).toList());
	}

	public static List<String> eachDocument(String collection) {
		return List.of("each document of '%s' while it is changed; reads and other writes go on".formatted(collection));
	}

	public static List<String> exclusively(String collection) {
		return List.of("all of '%s' for a moment; reads and writes wait".formatted(collection));
	}

}
