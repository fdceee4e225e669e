/** Tests of the simulator. */
@NullMarked
package dev.aptosnet.simulation;

import org.jspecify.annotations.NullMarked;
