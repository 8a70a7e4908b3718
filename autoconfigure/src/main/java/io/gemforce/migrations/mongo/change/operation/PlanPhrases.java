package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Words that several changes use in a plan.
 */
final class PlanPhrases {

	private static final String PREIMAGES = "find, insert, update, remove on the collection of pre-images";

	/**
	 * What a change needs that is only repeatable in a transaction.
	 */
	static final String TRANSACTIONS = "a replica set or sharded cluster to be repeatable: without transactions an "
			+ "interruption stops the migration";

	private PlanPhrases() {
	}

	/**
	 * Say which privileges a change needs, those for looking at the collection and for
	 * remembering included.
	 */
	static List<String> privileges(String actions, String collection) {
		List<String> needs = new ArrayList<>();
		needs.add("%s on '%s'".formatted(actions, collection));
		needs.add("listCollections on the database");
		needs.add(PREIMAGES);
		return List.copyOf(needs);
	}

	/**
	 * Say which locks an update of many documents takes.
	 */
	static List<String> eachDocument(String collection) {
		return List.of("each document of '%s' while it is changed; reads and other writes go on".formatted(collection));
	}

	/**
	 * Say which lock a change of a collection's definition takes.
	 */
	static List<String> exclusively(String collection) {
		return List.of("all of '%s' for a moment; reads and writes wait".formatted(collection));
	}

}
