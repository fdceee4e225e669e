package dev.aptosnet.adapter.quic;

import tech.kwik.core.log.NullLogger;

/**
 * What the library calls errors, at level {@code DEBUG}: strangers can cause some of them, and what
 * they mean for a link its end tells.
 */
final class LibraryLog extends NullLogger {
    private static final System.Logger LOG = System.getLogger(LibraryLog.class.getName());

    @Override
    public void error(String message) {
        LOG.log(System.Logger.Level.DEBUG, message);
    }

    @Override
    public void error(String message, Throwable error) {
        LOG.log(System.Logger.Level.DEBUG, message, error);
    }
}
