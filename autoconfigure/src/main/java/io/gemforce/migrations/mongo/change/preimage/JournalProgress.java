package io.gemforce.migrations.mongo.change.preimage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * How far an application has come, as it was read (see {@link ChangeJournal}). The values
 * {@code done} and {@code left} count changes, {@code begun} and {@code downBegun} are
 * the index of the last one.
 *
 * @param content empty if there is none
 */
public record JournalProgress(BsonDocument content) {

	static final String UP = "up";

	static final String DOWN = "down";

	static final String DONE = "done";

	static final String BEGUN = "begun";

	static final String TOTAL = "total";

	static final String KEPT = "kept";

	static final String LEFT = "left";

	static final String CONFLICTS = "conflicts";

	static final String EXAMPLES = "examples";

	static final String NOTES = "notes";

	static final String DEFINITION = "definition";

	static final String ITEMS = "items";

	static final String FORGOTTEN = "forgotten";

	static final String PURGED_AT = "purgedAt";

	public boolean isNone() {
		return !this.content.containsKey(UP);
	}

	public int done() {
		return number(UP, DONE, 0);
	}

	public int begun() {
		return number(UP, BEGUN, -1);
	}

	boolean isFinished() {
		return isDownBegun() ? left() == 0 : number(UP, TOTAL, -1) == done();
	}

	public boolean isDownBegun() {
		return this.content.containsKey(DOWN);
	}

	public int left() {
		return number(DOWN, LEFT, begun() + 1);
	}

	public int downBegun() {
		return number(DOWN, BEGUN, -1);
	}

	public Conflicts conflicts() {
		BsonDocument down = section(DOWN);
		List<String> examples = new ArrayList<>();
		for (BsonValue example : down.getArray(EXAMPLES, new BsonArray())) {
			examples.add(example.asString().getValue());
		}
		return new Conflicts(down.getNumber(CONFLICTS, new BsonInt64(0)).longValue(), examples);
	}

	public BsonDocument notes(int change) {
		return entry(change).getDocument(NOTES, new BsonDocument());
	}

	/**
	 * The canonical form when the change was begun, {@code null} if it was not.
	 */
	public @Nullable String definition(int change) {
		BsonValue definition = entry(change).get(DEFINITION);
		return (definition != null) ? definition.asString().getValue() : null;
	}

	public long items(int change) {
		return entry(change).getNumber(ITEMS, new BsonInt64(0)).longValue();
	}

	public boolean isPurged() {
		return this.content.containsKey(PURGED_AT);
	}

	/**
	 * Whether a change was begun without keeping what an undo needs.
	 */
	public boolean isForgotten(int change) {
		return isMarked(change, FORGOTTEN);
	}

	/**
	 * Whether a change is only partly undone, as some of it had been changed since.
	 */
	public boolean isLeft(int change) {
		return isMarked(change, LEFT);
	}

	private boolean isMarked(int change, String mark) {
		return entry(change).getBoolean(mark, BsonBoolean.FALSE).getValue();
	}

	/**
	 * Indexes of the changes that may have left something, the last one first.
	 */
	public List<Integer> inDatabase() {
		return IntStream.range(0, Math.max(section("changes").size(), begun() + 1))
			.boxed()
			.filter((change) -> change <= begun() || isLeft(change))
			.sorted(Comparator.reverseOrder())
			.toList();
	}

	private BsonDocument entry(int change) {
		return section("changes").getDocument(entryName(change), new BsonDocument());
	}

	// A name that no server takes for an index of a list
	static String entryName(int change) {
		return "c" + change;
	}

	private BsonDocument section(String name) {
		return this.content.getDocument(name, new BsonDocument());
	}

	private int number(String section, String field, int otherwise) {
		return section(section).getNumber(field, new BsonInt32(otherwise)).intValue();
	}

}
