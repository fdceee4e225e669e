/** Values that every part of the stack speaks in. All immutable. */
@NullMarked
package dev.aptosnet.ports.model;

import org.jspecify.annotations.NullMarked;
