package io.gemforce.migrations.mongo.change.preimage;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what an undo finds changed since the change was made.
 */
public final class Conflicts {

	/**
	 * The maximum number of examples.
	 */
	public static final int MAX_EXAMPLES = 20;

	private long count;

	private final List<String> examples;

	public Conflicts(long count, List<String> examples) {
		this.count = count;
		this.examples = new ArrayList<>(examples);
	}

	public void add(String example) {
		this.count++;
		if (this.examples.size() < MAX_EXAMPLES) {
			this.examples.add(example);
		}
	}

	public void add(long total, List<String> known) {
		known.forEach(this::add);
		this.count += total - known.size();
	}

	public long count() {
		return this.count;
	}

	public List<String> examples() {
		return this.examples;
	}

}
