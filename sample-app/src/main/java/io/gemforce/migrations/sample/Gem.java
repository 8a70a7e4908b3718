package io.gemforce.migrations.sample;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;
import org.springframework.data.mongodb.core.mapping.Field;

/**
 * A gem, as Parse Server stores it and as it is after the migrations.
 *
 * @param objectId the id
 * @param name the name
 * @param carat the weight
 * @param status whether it can be bought
 * @param listPrice the price, {@code null} if it has none
 * @param createdAt when it was created
 */
@Document("Gem")
record Gem(@Id String objectId, String name, double carat, String status, @Nullable Long listPrice,
		@Field("_created_at") Instant createdAt) {

}
