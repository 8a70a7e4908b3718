package io.gemforce.migrations.it.stones;

import org.springframework.stereotype.Component;

/**
 * Makes its package a module.
 */
@Component
public class Stones {

}
