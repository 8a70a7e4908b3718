package io.gemforce.migrations.mongo.change.operation;

import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;

/**
 * A field and the place where it is moved to.
 */
public record FieldMove(FieldPath from, FieldPath to) {

	// The last part of a path, within an enclosing document or at the top
	static FieldPath within(@Nullable FieldPath parent, String path) {
		String name = path.substring(path.lastIndexOf('.') + 1);
		return new FieldPath((parent != null) ? parent + "." + name : name);
	}

	static @Nullable FieldPath enclosing(FieldPath path) {
		return path.isNested() ? new FieldPath(path.text().substring(0, path.text().lastIndexOf('.'))) : null;
	}

	FieldMove reversed() {
		return new FieldMove(this.to, this.from);
	}

	BsonDocument both() {
		return Conditions.all(Conditions.exists(this.from), Conditions.exists(this.to));
	}

}
