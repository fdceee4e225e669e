/** Sources of peers: files, REST endpoints, the chain, webhooks. Exports nothing; provides them. */
module dev.aptosnet.adapter.discovery {
    requires dev.aptosnet.ports;
    requires java.net.http;
    requires tools.jackson.core;
    requires tools.jackson.dataformat.yaml;
    requires static org.jspecify;

    provides dev.aptosnet.ports.discovery.PeerSourceProvider with
            dev.aptosnet.adapter.discovery.DiscoveryProvider;
}
