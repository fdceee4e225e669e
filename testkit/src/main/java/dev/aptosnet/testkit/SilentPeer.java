package dev.aptosnet.testkit;

import dev.aptosnet.ports.model.NetworkAddress;

import java.io.Closeable;

/** The other end of a half-open connection: it takes what comes and never says a word. */
public interface SilentPeer extends Closeable {
    /** Where it listens, ready to be dialed, or where it connected to. */
    NetworkAddress address();

    /** Whether the transport under test has closed the connection. */
    boolean isHungUp();
}
