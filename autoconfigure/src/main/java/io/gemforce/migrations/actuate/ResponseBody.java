package io.gemforce.migrations.actuate;

import com.fasterxml.jackson.annotation.JsonValue;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Lets the actuator write a report as it writes its own answers, whatever the application
 * has configured for its JSON.
 */
record ResponseBody<T>(@JsonValue T content) implements OperationResponseBody {

}
