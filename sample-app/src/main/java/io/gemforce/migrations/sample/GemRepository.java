package io.gemforce.migrations.sample;

import java.util.List;

import org.springframework.data.domain.Limit;
import org.springframework.data.mongodb.repository.MongoRepository;

/**
 * The gems.
 */
interface GemRepository extends MongoRepository<Gem, String> {

	List<Gem> findByStatusOrderByName(String status, Limit limit);

	long countByStatus(String status);

}
