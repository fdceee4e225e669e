package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** The model refuses what behaviour.md section 9.4 says, so that figures mean something. */
class ReferenceReceiverTest {
    private static final ProtocolId PROTOCOL = ProtocolId.NETBENCH_DIRECT_SEND;
    private static final Bytes PIECE = Bytes.of(new byte[] {1, 2, 3});

    private final LinkWorld world = new LinkWorld(1, 10_000_000, Duration.ZERO);
    private final LinkWorld.Ends ends = world.link();
    private final RawPeer sender = new RawPeer(ends.near());
    private final ReferenceReceiver receiver = new ReferenceReceiver(ends.far());

    private void run() {
        world.run(Duration.ofSeconds(1));
    }

    @Test
    void largeMessageInSeventeenPiecesArrives() {
        sender.header(7, 16, PROTOCOL, PIECE);
        for (var i = 1; i <= 16; i++) {
            sender.fragment(7, i, PIECE);
        }
        run();
        assertThat(receiver.messages()).hasSize(1);
        assertThat(receiver.messages().getFirst().size()).isEqualTo(17 * PIECE.size());
        assertThat(receiver.refused()).isZero();
        assertThat(receiver.mostOpen()).isEqualTo(1);
    }

    @Test
    void secondHeaderDiscardsTheStreamBeforeIt() {
        sender.header(0, 1, PROTOCOL, PIECE);
        sender.header(1, 1, PROTOCOL, PIECE);
        sender.fragment(0, 1, PIECE);
        sender.fragment(1, 1, PIECE);
        run();
        assertThat(receiver.messages()).hasSize(1);
        assertThat(receiver.refused()).isEqualTo(2);
        assertThat(receiver.mostOpen()).isEqualTo(2);
    }

    @Test
    void tooManyFragmentsOrOneOutOfOrderAreRefused() {
        sender.header(0, 17, PROTOCOL, PIECE);
        sender.header(1, 0, PROTOCOL, PIECE);
        sender.header(2, 2, PROTOCOL, PIECE);
        sender.fragment(2, 2, PIECE);
        run();
        assertThat(receiver.messages()).isEmpty();
        assertThat(receiver.refused()).isEqualTo(3);
    }
}
