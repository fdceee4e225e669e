package dev.aptosnet.node.interop;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A MultiplexMessage (wire.md sections 8 and 9). Request and stream ids are u32 in a long. */
sealed interface WireMessage {
    /** A message that may stand alone or in a stream's header. */
    sealed interface Network extends WireMessage {}

    /** ParsingError or NotSupported; the code's own encoding is kept. */
    record Failure(Payload code) implements Network {}

    record Request(int protocol, long id, int priority, Payload raw) implements Network {}

    record Response(long id, int priority, Payload raw) implements Network {}

    record DirectSend(int protocol, int priority, Payload raw) implements Network {}

    record Header(long stream, int fragments, Network message) implements WireMessage {}

    record Fragment(long stream, int number, Payload raw) implements WireMessage {}

    /** The frame body that carries {@code message}. */
    static byte[] encode(WireMessage message) {
        int size =
                switch (message) {
                    case Request r -> r.raw().length();
                    case Response r -> r.raw().length();
                    case DirectSend d -> d.raw().length();
                    case Header(long _, int _, Network _) -> 1024;
                    case Fragment f -> f.raw().length();
                    case Failure _ -> 8;
                };
        var out = new ByteArrayOutputStream(size + 32);
        switch (message) {
            case Network network -> {
                out.write(0);
                network(out, network);
            }
            case Header header -> {
                out.write(1);
                out.write(0);
                u32(out, header.stream());
                out.write(header.fragments());
                network(out, header.message());
            }
            case Fragment fragment -> {
                out.write(1);
                out.write(1);
                u32(out, fragment.stream());
                out.write(fragment.number());
                bytes(out, fragment.raw());
            }
        }
        return out.toByteArray();
    }

    /**
     * Reads one body, strictly.
     *
     * @throws BadBody for everything that section 8 answers with a ParsingError
     */
    static WireMessage decode(byte[] body) throws BadBody {
        var in = new Reader(body);
        WireMessage message =
                switch (in.variant(1)) {
                    case 0 -> network(in);
                    default ->
                            in.variant(1) == 0
                                    ? new Header(in.u32(), in.u8(), network(in))
                                    : new Fragment(in.u32(), in.u8(), in.bytes());
                };
        in.end();
        return message;
    }

    private static void network(ByteArrayOutputStream out, Network message) {
        switch (message) {
            case Failure(Payload code) -> {
                out.write(0);
                out.writeBytes(code.array());
            }
            case Request(int protocol, long id, int priority, Payload raw) -> {
                out.write(1);
                out.write(protocol);
                u32(out, id);
                out.write(priority);
                bytes(out, raw);
            }
            case Response(long id, int priority, Payload raw) -> {
                out.write(2);
                u32(out, id);
                out.write(priority);
                bytes(out, raw);
            }
            case DirectSend(int protocol, int priority, Payload raw) -> {
                out.write(3);
                out.write(protocol);
                out.write(priority);
                bytes(out, raw);
            }
        }
    }

    private static Network network(Reader in) throws BadBody {
        return switch (in.variant(3)) {
            case 0 -> {
                int start = in.at;
                if (in.variant(1) == 0) {
                    in.u8();
                    in.u8();
                } else {
                    in.variant(1);
                    in.variant(28);
                }
                yield new Failure(in.since(start));
            }
            case 1 -> new Request(in.variant(28), in.u32(), in.u8(), in.bytes());
            case 2 -> new Response(in.u32(), in.u8(), in.bytes());
            default -> new DirectSend(in.variant(28), in.u8(), in.bytes());
        };
    }

    private static void u32(ByteArrayOutputStream out, long value) {
        for (int shift = 0; shift < 32; shift += 8) {
            out.write((int) (value >> shift));
        }
    }

    private static void bytes(ByteArrayOutputStream out, Payload raw) {
        uleb(out, raw.length());
        out.write(raw.array(), 0, raw.length());
    }

    static void uleb(ByteArrayOutputStream out, long value) {
        long left = value;
        while (left > 0x7f) {
            out.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    /** A body that does not decode. */
    final class BadBody extends Exception {
        private static final long serialVersionUID = 1L;

        BadBody(String code) {
            super(code);
        }
    }

    /** A strict BCS reader (section 1) over one array. */
    final class Reader {
        private final byte[] input;
        private int at;

        Reader(byte[] input) {
            this.input = input;
        }

        int u8() throws BadBody {
            need(1);
            return input[at++] & 0xff;
        }

        long u32() throws BadBody {
            need(4);
            long value =
                    ByteBuffer.wrap(input, at, 4).order(ByteOrder.LITTLE_ENDIAN).getInt()
                            & 0xffff_ffffL;
            at += 4;
            return value;
        }

        long uleb() throws BadBody {
            long value = 0;
            for (int i = 0; i < 5; i++) {
                int group = u8();
                value |= (long) (group & 0x7f) << (7 * i);
                if (group < 0x80) {
                    if (i > 0 && group == 0) {
                        throw new BadBody("NON_CANONICAL_ULEB128");
                    }
                    if (value > 0xffff_ffffL) {
                        throw new BadBody("ULEB128_OVERFLOW");
                    }
                    return value;
                }
            }
            throw new BadBody("ULEB128_OVERFLOW");
        }

        int variant(int last) throws BadBody {
            long value = uleb();
            if (value > last) {
                throw new BadBody("UNKNOWN_VARIANT");
            }
            return (int) value;
        }

        Payload bytes() throws BadBody {
            long length = uleb();
            if (length > Integer.MAX_VALUE) {
                throw new BadBody("LENGTH_TOO_LARGE");
            }
            need(length);
            at += (int) length;
            return since(at - (int) length);
        }

        Payload since(int start) {
            return Payload.of(Arrays.copyOfRange(input, start, at));
        }

        void end() throws BadBody {
            if (at != input.length) {
                throw new BadBody("TRAILING_BYTES");
            }
        }

        private void need(long count) throws BadBody {
            if (input.length - at < count) {
                throw new BadBody("EOF");
            }
        }
    }
}
