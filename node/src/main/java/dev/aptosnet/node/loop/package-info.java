/** The node's loop, and the queues that bring work to one owner at a time. */
@NullMarked
package dev.aptosnet.node.loop;

import org.jspecify.annotations.NullMarked;
