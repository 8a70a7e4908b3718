package io.gemforce.migrations.autoconfigure;

import org.springframework.data.mongodb.core.mapping.Document;

/**
 * A document that migrations change.
 *
 * @param id the id
 * @param name the name, which migrations give it
 */
@Document("gems")
record Gem(String id, String name) {

}
