/**
 * What tests of several modules share, and what the author of a transport needs: the contract that
 * every transport passes, builders, and a relay that makes a link slow, lossy or cut. The contract
 * needs JUnit and AssertJ, which its user brings; the relay needs nothing.
 */
module dev.aptosnet.testkit {
    requires transitive dev.aptosnet.ports;
    requires static jdk.management;
    requires static org.assertj.core;
    requires static org.jspecify;
    requires static org.junit.jupiter.api;
    requires static org.junit.jupiter.params;
    requires static org.opentest4j;

    exports dev.aptosnet.testkit;
    exports dev.aptosnet.testkit.relay;
}
