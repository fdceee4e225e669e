package dev.aptosnet.adapter.quic;

import tech.kwik.core.QuicConnection;

/**
 * Kwik 0.10 asserts what need not be so, such as that a round trip takes a millisecond. With
 * assertions on, as in most test runs, its listener then forgets the connection and tells nobody.
 */
final class LibraryAssertions {
    private LibraryAssertions() {}

    /**
     * Turns them off for those of the library's classes that nobody has used yet. A process that
     * uses the library by itself before has to say {@code -da:tech.kwik.core...}.
     */
    static void turnOff() {
        QuicConnection.class.getClassLoader().setPackageAssertionStatus("tech.kwik.core", false);
    }
}
