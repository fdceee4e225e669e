package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.PeerSource;
import dev.aptosnet.ports.discovery.PeerSourceProvider;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.RestDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.discovery.SourceContext;

/** Makes the sources of this module. */
public final class DiscoveryProvider implements PeerSourceProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public DiscoveryProvider() {}

    @Override
    public boolean supports(PeerSourceSettings settings) {
        return settings instanceof FileDiscovery
                || settings instanceof RestDiscovery
                || settings instanceof OnChainDiscovery
                || settings instanceof WebhookDiscovery;
    }

    @Override
    public PeerSource create(PeerSourceSettings settings, SourceContext context) {
        return switch (settings) {
            case FileDiscovery file -> new FileSource(file, context.clock());
            case RestDiscovery rest -> new RestSource(rest, context);
            case OnChainDiscovery chain -> new OnChainSource(chain, context);
            case WebhookDiscovery webhook -> new WebhookSource(webhook, context.clock());
            default -> throw new IllegalArgumentException("no source for " + settings);
        };
    }
}
