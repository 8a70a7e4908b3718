package io.gemforce.migrations.slice;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The application that slices are cut from.
 */
@SpringBootApplication
class SliceApplication {

}
