/**
 * Every setting of a node, one record a concern, checked once in its constructor. Domain, node and
 * configuration files use the same records.
 */
@NullMarked
package dev.aptosnet.ports.settings;

import org.jspecify.annotations.NullMarked;
