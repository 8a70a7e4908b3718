package io.gemforce.migrations.autoconfigure;

import org.springframework.data.jpa.repository.JpaRepository;

/**
 * Reads a table that only the migrations create.
 */
interface GemRowRepository extends JpaRepository<GemRow, Long> {

}
