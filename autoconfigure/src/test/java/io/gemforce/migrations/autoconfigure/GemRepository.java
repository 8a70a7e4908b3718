package io.gemforce.migrations.autoconfigure;

import org.springframework.data.mongodb.repository.MongoRepository;

/**
 * Reads what migrations have changed.
 */
interface GemRepository extends MongoRepository<Gem, String> {

}
