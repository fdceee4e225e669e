/**
 * What nodes tell each other of themselves, and what a node keeps of that for each peer
 * (behaviour.md section 16).
 */
@NullMarked
package dev.aptosnet.ports.monitoring;

import org.jspecify.annotations.NullMarked;
