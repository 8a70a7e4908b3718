package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Equal only if the server treats both values as the same id: the driver ignores the
 * order of fields, the server does not.
 */
public record ExactValue(BsonValue value) {

	public static ExactValue idOf(BsonDocument document) {
		return new ExactValue(WholeDocument.id(document));
	}

	public static List<BsonValue> values(Collection<ExactValue> exact) {
		return exact.stream().map(ExactValue::value).toList();
	}

	public static <T> Map<ExactValue, T> index(Iterable<T> items, Function<T, BsonValue> id) {
		Map<ExactValue, T> index = new HashMap<>();
		items.forEach((item) -> index.put(new ExactValue(id.apply(item)), item));
		return index;
	}

	/**
	 * Whether two values are the same to the last bit.
	 */
	public static boolean same(@Nullable BsonValue one, @Nullable BsonValue other) {
		return (one == null || other == null) ? one == other : one.equals(other) && haveSameOrder(one, other);
	}

	// For two values that are equal up to the order of fields
	private static boolean haveSameOrder(BsonValue one, BsonValue other) {
		if (one instanceof BsonDocument document) {
			List<String> names = new ArrayList<>(document.keySet());
			return names.equals(new ArrayList<>(other.asDocument().keySet())) && document.entrySet()
				.stream()
				.allMatch((field) -> haveSameOrder(field.getValue(),
						Objects.requireNonNull(other.asDocument().get(field.getKey()))));
		}
		if (one instanceof BsonArray array) {
			for (int i = 0; i < array.size(); i++) {
				if (!haveSameOrder(array.get(i), other.asArray().get(i))) {
					return false;
				}
			}
		}
		return true;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof ExactValue exact && same(this.value, exact.value);
	}

	// Ignores the order of fields, which is allowed for a hash
	@Override
	public int hashCode() {
		return this.value.hashCode();
	}

}
