/**
 * Sources of peers. {@link dev.aptosnet.adapter.discovery.DiscoveryProvider} makes a {@link
 * dev.aptosnet.adapter.discovery.FileSource}, a {@link dev.aptosnet.adapter.discovery.RestSource},
 * an {@link dev.aptosnet.adapter.discovery.OnChainSource} or a {@link
 * dev.aptosnet.adapter.discovery.WebhookSource}; each runs on a virtual thread of its own and tells
 * a {@link dev.aptosnet.adapter.discovery.Outlet} how each reading went. The outlet keeps the last
 * good view in force, and passes on only what has changed.
 */
@NullMarked
package dev.aptosnet.adapter.discovery;

import org.jspecify.annotations.NullMarked;
