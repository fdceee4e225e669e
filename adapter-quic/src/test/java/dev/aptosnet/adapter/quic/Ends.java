package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.TransportNode;

/**
 * Both ends of a link.
 *
 * @param out the dialer's
 * @param in the listener's
 */
record Ends(FramePipe out, FramePipe in) {
    static Ends connect(TransportNode dialer, TransportNode listener, NetworkAddress to) {
        var out = FramePipe.on(dialer.connect(listener, to));
        return new Ends(out, FramePipe.on(listener.accepted()));
    }

    /** Says something both ways. */
    void exchange(String text) {
        out.send(Bytes.utf8(text));
        assertThat(in.receive()).isEqualTo(Bytes.utf8(text));
        in.send(Bytes.utf8(text));
        assertThat(out.receive()).isEqualTo(Bytes.utf8(text));
    }
}
