/**
 * What a node is told in files: its configuration in YAML, and its key. Start at {@link
 * dev.aptosnet.bootstrap.config.NodeConfig} and {@link dev.aptosnet.bootstrap.config.KeyFile}.
 */
@NullMarked
package dev.aptosnet.bootstrap.config;

import org.jspecify.annotations.NullMarked;
