/**
 * Sockets on this machine with a long, slow or bad link between them, for tests, measurements and
 * {@code aptosnet link}. Sees nothing else of ours. Start at {@link dev.aptosnet.relay.Relay}.
 */
module dev.aptosnet.relay {
    requires static org.jspecify;

    exports dev.aptosnet.relay;
}
