package io.gemforce.migrations.it.gems;

import org.springframework.stereotype.Component;

/**
 * Makes its package a module.
 */
@Component
public class Gems {

}
