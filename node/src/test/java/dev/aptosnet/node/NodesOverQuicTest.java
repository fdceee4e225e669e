package dev.aptosnet.node;

import dev.aptosnet.ports.settings.QuicMode;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What nodes do over TCP and in memory they do over QUIC: the same tests, rows of conformance
 * included, with listeners at addresses over QUIC. Those about TCP itself run as they are.
 */
class NodesOverQuicTest {
    private static final String QUIC = "/ip4/127.0.0.1/quic/0";

    @Nested
    class WholeNodes extends AptosNodeTest {
        @Override
        String at(String address) {
            return QUIC;
        }

        @Override
        NodeBuilder with(NodeBuilder builder) {
            return builder.quic(QuicMode.ONLY, 100);
        }

        @Override
        int rounds() {
            return 5;
        }

        /** Each byte costs much more than on TCP. */
        @ParameterizedTest
        @ValueSource(ints = {0, 1, 65_535, 65_536, 4 << 20, (8 << 20) + 7})
        @Override
        void messagesOfEverySizeComeBackByteIdentical(int size) throws Exception {
            super.messagesOfEverySizeComeBackByteIdentical(size);
        }
    }

    @Nested
    class Applications extends ApplicationTest {
        @Override
        String at(String address) {
            return QUIC;
        }

        @Override
        NodeBuilder with(NodeBuilder builder) {
            return builder.quic(QuicMode.ONLY, 100);
        }

        /** The builder has a switch for its first network alone. */
        @Override
        void directSendOnTwoNetworks() {
            // Not a test here.
        }
    }

    @Nested
    class Inboxes extends InboxTest {
        @Override
        String at(String address) {
            return QUIC;
        }

        @Override
        NodeBuilder with(NodeBuilder builder) {
            return builder.quic(QuicMode.ONLY, 100);
        }
    }

    @Nested
    class InboundRates extends InboundRateTest {
        @Override
        String at(String address) {
            return QUIC;
        }

        @Override
        NodeBuilder with(NodeBuilder builder) {
            return builder.quic(QuicMode.ONLY, 100);
        }
    }

    @Nested
    class Admissions extends AdmissionTest {
        @Override
        String at(String address) {
            return QUIC;
        }

        @Override
        NodeBuilder with(NodeBuilder builder) {
            return builder.quic(QuicMode.ONLY, 100);
        }
    }

    @Nested
    class Epochs extends EpochTest {
        @Override
        String at(String address) {
            return QUIC;
        }
    }
}
