package io.gemforce.migrations.mongo.change.source;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Suggests the known word that is nearest to a mistyped one.
 */
public final class NearestWord {

	private NearestWord() {
	}

	public static Optional<String> find(String word, Collection<String> known) {
		return known.stream()
			.sorted()
			.min(Comparator.comparingInt((candidate) -> distance(word, candidate)))
			.filter((candidate) -> distance(word, candidate) <= Math.max(2, candidate.length() / 3));
	}

	// Optimal string alignment: insertions, deletions, substitutions and transpositions
	private static int distance(String one, String other) {
		String left = one.toLowerCase(Locale.ROOT);
		String right = other.toLowerCase(Locale.ROOT);
		int[][] distances = new int[left.length() + 1][right.length() + 1];
		for (int i = 0; i <= left.length(); i++) {
			for (int j = 0; j <= right.length(); j++) {
				if (i == 0 || j == 0) {
					distances[i][j] = i + j;
					continue;
				}
				boolean same = left.charAt(i - 1) == right.charAt(j - 1);
				distances[i][j] = Math.min(Math.min(distances[i - 1][j], distances[i][j - 1]) + 1,
						distances[i - 1][j - 1] + (same ? 0 : 1));
				if (i > 1 && j > 1 && left.charAt(i - 1) == right.charAt(j - 2)
						&& left.charAt(i - 2) == right.charAt(j - 1)) {
					distances[i][j] = Math.min(distances[i][j], distances[i - 2][j - 2] + 1);
				}
			}
		}
		return distances[left.length()][right.length()];
	}

}
