package dev.aptosnet.bootstrap.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.domain.wire.BcsReader;
import dev.aptosnet.domain.wire.BcsWriter;
import dev.aptosnet.domain.wire.CompressedPayload;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

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
    private static final JsonMapper JSON = JsonMapper.builder().build();

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
     * @param json what a JSON payload is read as; a record or bean
     */
    public static <M> Codec<M> bcs(
            BiConsumer<BcsWriter, M> encode, Function<BcsReader, M> decode, Class<M> json) {
        return new BcsCodec<>(encode, decode, json);
    }

    /** A codec for applications that bring their own bytes: compressed where the protocol is. */
    public static Codec<Bytes> bytes() {
        return new BytesCodec();
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
            BiConsumer<BcsWriter, M> encode, Function<BcsReader, M> decode, @Nullable Class<M> json)
            implements Codec<M> {
        @Override
        public Bytes encode(ProtocolId protocol, M message) {
            if (protocol.encoding() == PayloadEncoding.JSON) {
                jsonClass(protocol);
                return Bytes.wrap(JSON.writeValueAsString(message).getBytes(UTF_8));
            }
            var out = new BcsWriter();
            encode.accept(out, message);
            return pack(protocol, out.toBytes());
        }

        @Override
        public M decode(ProtocolId protocol, Bytes payload) {
            if (protocol.encoding() == PayloadEncoding.JSON) {
                return fromJson(jsonClass(protocol), payload);
            }
            var in = new BcsReader(unpack(protocol, payload), protocol.depthLimit());
            var message = decode.apply(in);
            in.end();
            return message;
        }

        private Class<M> jsonClass(ProtocolId protocol) {
            if (json == null) {
                throw new IllegalArgumentException(
                        protocol + " carries JSON: give the codec a class to read it as");
            }
            return json;
        }

        private static <M> M fromJson(Class<M> type, Bytes payload) {
            var one = payload.joined();
            try {
                var message =
                        JSON.readValue(one.segmentArray(0), one.segmentOffset(0), one.size(), type);
                if (message == null) {
                    throw new IllegalArgumentException("JSON: null");
                }
                return message;
            } catch (JacksonException e) {
                throw new IllegalArgumentException("JSON: " + e.getOriginalMessage(), e);
            }
        }
    }
}
