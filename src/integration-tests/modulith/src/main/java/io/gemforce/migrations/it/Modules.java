package io.gemforce.migrations.it;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * A service of two modules. Spring Modulith looks for these among main classes only.
 */
@SpringBootApplication(proxyBeanMethods = false)
class Modules {

}
