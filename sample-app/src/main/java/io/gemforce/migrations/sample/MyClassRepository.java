package io.gemforce.migrations.sample;

import java.util.List;

import org.springframework.data.domain.Limit;
import org.springframework.data.mongodb.repository.MongoRepository;

/**
 * The objects of {@link MyClass}.
 */
interface MyClassRepository extends MongoRepository<MyClass, String> {

	List<MyClass> findByNewFieldNameNotNullOrderByNewFieldName(Limit limit);

	long countByNewFieldNameNotNull();

}
