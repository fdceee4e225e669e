/**
 * The composition root: Guice modules that turn a configuration into a running node. Start at
 * {@link dev.aptosnet.bootstrap.AptosNetModule}.
 */
@NullMarked
package dev.aptosnet.bootstrap;

import org.jspecify.annotations.NullMarked;
