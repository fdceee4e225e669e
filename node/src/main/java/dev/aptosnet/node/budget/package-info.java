/** The node's byte budget and the accounts that charge it: queued sends, large messages. */
@NullMarked
package dev.aptosnet.node.budget;

import org.jspecify.annotations.NullMarked;
