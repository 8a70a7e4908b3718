package io.gemforce.migrations.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * An object of the class that the procedures take as their example.
 *
 * @param objectId the id
 * @param newFieldName the field that had another name before the migrations
 */
@Document("MyClass")
record MyClass(@Id String objectId, @Nullable String newFieldName) {

}
