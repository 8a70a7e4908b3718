package io.gemforce.migrations.mongo.change.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;

/**
 * The problems of one definition, in order; messages are sentences without a period.
 */
public final class DefinitionProblems {

	private static final int DEEPEST_PLACE = 8;

	private final String subject;

	private final boolean located;

	private final Map<Pointer, Position> keys = new HashMap<>();

	private final Map<Pointer, Position> values = new HashMap<>();

	private final Set<Pointer> blamed = new HashSet<>();

	private final List<Problem> problems = new ArrayList<>();

	private DefinitionProblems(String subject, boolean located) {
		this.subject = subject;
		this.located = located;
	}

	public static DefinitionProblems aboutFile(String file) {
		return new DefinitionProblems(file, true);
	}

	public static DefinitionProblems aboutBean(String subject) {
		return new DefinitionProblems(subject, false);
	}

	void place(Pointer pointer, @Nullable Position key, Position value) {
		if (pointer.parts().size() <= DEEPEST_PLACE) {
			if (key != null) {
				this.keys.put(pointer, key);
			}
			this.values.put(pointer, value);
		}
	}

	void add(Pointer pointer, String message, String action) {
		add(pointer, find(this.values, pointer), message, action);
	}

	void addAtKey(Pointer pointer, String message, String action) {
		Position position = this.keys.get(pointer);
		add(pointer, (position != null) ? position : find(this.values, pointer), message, action);
	}

	/**
	 * Without a position, the problem is about the whole definition.
	 */
	public void add(@Nullable Position position, String message, String action) {
		add(Pointer.TOP, position, message, action);
	}

	private void add(Pointer pointer, @Nullable Position position, String message, String action) {
		if (!pointer.isTop() && !this.blamed.add(pointer)) {
			return;
		}
		String where = this.subject;
		if (position != null) {
			where += ":" + position;
		}
		else if (!this.located && !pointer.isTop()) {
			where += ", " + pointer;
		}
		this.problems
			.add(Problem.error(ProblemCode.INVALID_DEFINITION, StoreName.MONGO, where + ": " + message, action));
	}

	private static @Nullable Position find(Map<Pointer, Position> positions, Pointer pointer) {
		Pointer nearest = pointer;
		while (!positions.containsKey(nearest) && !nearest.isTop()) {
			nearest = nearest.parent();
		}
		return positions.get(nearest);
	}

	public boolean isEmpty() {
		return this.problems.isEmpty();
	}

	public List<Problem> problems() {
		return this.problems;
	}

}
