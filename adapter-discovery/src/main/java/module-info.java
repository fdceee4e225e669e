/** Sources of peers: files and REST endpoints. Exports nothing; provides them. */
module dev.aptosnet.adapter.discovery {
    requires dev.aptosnet.ports;
    requires java.net.http;
    requires jdk.httpserver;
    requires tools.jackson.core;
    requires tools.jackson.dataformat.yaml;
    requires static org.jspecify;

    provides dev.aptosnet.ports.discovery.PeerSourceProvider with
            dev.aptosnet.adapter.discovery.DiscoveryProvider;
}
