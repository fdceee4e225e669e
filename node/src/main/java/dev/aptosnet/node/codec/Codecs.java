package dev.aptosnet.node.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.domain.wire.BcsReader;
import dev.aptosnet.domain.wire.BcsWriter;
import dev.aptosnet.domain.wire.CompressedPayload;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Codecs that write a message as its protocol's encoding says: BCS, compressed BCS, or JSON
 * (wire.md section 7). They have no state; any number of threads. A payload that does not decode is
 * an {@link IllegalArgumentException} that says why.
 *
 * <pre>{@code
 * Codec<Transfer> codec = Codecs.bcs(
 *         (out, t) -> out.u64(t.amount()).string(t.memo()),
 *         in -> new Transfer(in.u64(), in.string()));
 * }</pre>
 */
public final class Codecs {
    private static final CompressedPayload COMPRESSION = new CompressedPayload(new Lz4Blocks());

    private static final Codec<Bytes> BYTES = new BytesCodec();

    private Codecs() {}

    /**
     * A codec for protocols with BCS payloads, compressed or not; refuses protocols with JSON.
     *
     * @param encode writes the fields of a message in order
     * @param decode reads them in the same order; that nothing is left over is checked here
     */
    public static <M> Codec<M> bcs(BiConsumer<BcsWriter, M> encode, Function<BcsReader, M> decode) {
        return new BcsCodec<>(encode, decode, null);
    }

    /**
     * A codec for protocols of every encoding.
     *
     * @param json writes and reads the payloads of protocols that carry JSON
     */
    public static <M> Codec<M> bcs(
            BiConsumer<BcsWriter, M> encode, Function<BcsReader, M> decode, JsonText<M> json) {
        return new BcsCodec<>(encode, decode, json);
    }

    /** A codec for applications that bring their own bytes: compressed where the protocol is. */
    public static Codec<Bytes> bytes() {
        return BYTES;
    }

    private static Bytes pack(ProtocolId protocol, Bytes plain) {
        return protocol.encoding() == PayloadEncoding.COMPRESSED_BCS
                ? COMPRESSION.compress(plain)
                : plain;
    }

    private static Bytes unpack(ProtocolId protocol, Bytes payload) {
        return protocol.encoding() == PayloadEncoding.COMPRESSED_BCS
                ? COMPRESSION.expand(payload)
                : payload;
    }

    private record BytesCodec() implements Codec<Bytes> {
        @Override
        public Bytes encode(ProtocolId protocol, Bytes message) {
            return pack(protocol, message);
        }

        @Override
        public Bytes decode(ProtocolId protocol, Bytes payload) {
            return unpack(protocol, payload);
        }
    }

    private record BcsCodec<M>(
            BiConsumer<BcsWriter, M> encode,
            Function<BcsReader, M> decode,
            @Nullable JsonText<M> json)
            implements Codec<M> {
        @Override
        public Bytes encode(ProtocolId protocol, M message) {
            if (protocol.encoding() == PayloadEncoding.JSON) {
                return Bytes.utf8(jsonText(protocol).write().apply(message));
            }
            var out = new BcsWriter();
            encode.accept(out, message);
            return pack(protocol, out.toBytes());
        }

        @Override
        public M decode(ProtocolId protocol, Bytes payload) {
            if (protocol.encoding() == PayloadEncoding.JSON) {
                return fromJson(jsonText(protocol), payload);
            }
            var in = new BcsReader(unpack(protocol, payload), protocol.depthLimit());
            var message = decode.apply(in);
            in.end();
            return message;
        }

        private JsonText<M> jsonText(ProtocolId protocol) {
            if (json == null) {
                throw new IllegalArgumentException(
                        protocol + " carries JSON: give the codec a JsonText to read it with");
            }
            return json;
        }

        private static <M> M fromJson(JsonText<M> json, Bytes payload) {
            try {
                var message = json.read().apply(new String(payload.toByteArray(), UTF_8));
                if (message == null) {
                    throw new IllegalArgumentException("JSON: null");
                }
                return message;
            } catch (RuntimeException e) {
                throw new IllegalArgumentException("JSON: " + e.getMessage(), e);
            }
        }
    }
}
