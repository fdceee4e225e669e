package dev.aptosnet.node.interop;

import dev.aptosnet.node.interop.WireMessage.BadBody;
import dev.aptosnet.node.interop.WireMessage.Reader;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A HandshakeMsg (wire.md section 6).
 *
 * @param protocols the positions set for V1
 * @param chain the chain id, 0 to 255
 * @param network the network that the encoding names
 */
record WireHello(SortedSet<Integer> protocols, int chain, WireNetwork network) {
    /** The networks and how senders write them. */
    enum WireNetwork {
        VALIDATOR("00"),
        PUBLIC("01"),
        VFN("020376666e");

        private final String hex;

        WireNetwork(String hex) {
            this.hex = hex;
        }

        byte[] bcs() {
            return Payload.hex(hex).array();
        }
    }

    static WireHello of(int chain, WireNetwork network, int... protocols) {
        var set = new TreeSet<Integer>();
        for (int protocol : protocols) {
            set.add(protocol);
        }
        return new WireHello(set, chain, network);
    }

    /** The body without its length, with the shortest bit vector. */
    byte[] encode() {
        byte[] bits = new byte[protocols.isEmpty() ? 0 : protocols.last() / 8 + 1];
        for (int position : protocols) {
            bits[position / 8] |= (byte) (0x80 >> (position % 8));
        }
        return encode(bits, chain, network.bcs());
    }

    /** A body with any bit vector and any network encoding. */
    static byte[] encode(byte[] bits, int chain, byte[] network) {
        var out = new ByteArrayOutputStream();
        out.write(1);
        out.write(0);
        WireMessage.uleb(out, bits.length);
        out.writeBytes(bits);
        out.write(chain);
        out.writeBytes(network);
        return out.toByteArray();
    }

    /** {@code u16 length || body}. */
    static byte[] framed(byte[] body) {
        return WireNoise.concat(new byte[] {(byte) (body.length >> 8), (byte) body.length}, body);
    }

    /** Reads one {@code u16 length || body} and decodes it. */
    static WireHello read(WireLink link) throws IOException {
        byte[] length = link.read(2);
        byte[] body = link.read(((length[0] & 0xff) << 8) | (length[1] & 0xff));
        try {
            return decode(body);
        } catch (BadBody e) {
            throw new IOException("HandshakeMsg: " + e.getMessage(), e);
        }
    }

    static WireHello decode(byte[] body) throws BadBody {
        var in = new Reader(body);
        var protocols = new TreeSet<Integer>();
        long versions = in.uleb();
        for (long i = 0; i < versions; i++) {
            in.variant(0);
            if (i > 0) {
                throw new BadBody("NON_CANONICAL_MAP");
            }
            byte[] bits = in.bytes().array();
            if (bits.length > 8192) {
                throw new BadBody("BITVEC_TOO_LONG");
            }
            for (int position = 0; position < bits.length * 8; position++) {
                if ((bits[position / 8] & (0x80 >> (position % 8))) != 0) {
                    protocols.add(position);
                }
            }
        }
        int chain = in.u8();
        WireNetwork network =
                switch (in.variant(4)) {
                    case 0 -> WireNetwork.VALIDATOR;
                    case 2 -> {
                        text(in.bytes());
                        yield WireNetwork.VFN;
                    }
                    case 3 -> WireNetwork.VFN;
                    default -> WireNetwork.PUBLIC;
                };
        in.end();
        return new WireHello(protocols, chain, network);
    }

    /** Whether a connection may go on between the two sides. */
    boolean agreesWith(WireHello other) {
        var common = new TreeSet<>(protocols);
        common.retainAll(other.protocols);
        return chain == other.chain && network == other.network && !common.isEmpty();
    }

    private static void text(Payload bytes) throws BadBody {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.array()));
        } catch (CharacterCodingException e) {
            throw new BadBody("INVALID_UTF8");
        }
    }
}
