/**
 * Nodes of one network in this process that exchange all kinds of traffic over real sockets, and
 * the book that is kept of it. Start at {@link dev.aptosnet.cli.demo.Demo}.
 */
@NullMarked
package dev.aptosnet.cli.demo;

import org.jspecify.annotations.NullMarked;
