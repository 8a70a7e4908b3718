package io.gemforce.migrations.autoconfigure;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * A row of a table that only the migrations create.
 */
@Entity(name = "gem")
class GemRow {

	@Id
	Long id;

	String name;

	int carat;

}
