package dev.aptosnet.node.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.domain.wire.BcsReader;
import dev.aptosnet.domain.wire.BcsWriter;
import dev.aptosnet.domain.wire.CompressedPayload;
import dev.aptosnet.domain.wire.WireError;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.SplittableRandom;

class CodecsTest {
    /** A message of two fields. */
    record Transfer(int amount, String memo) {
        static Transfer read(BcsReader in) {
            return in.container(c -> new Transfer(c.u32(), c.string()));
        }

        void write(BcsWriter out) {
            out.u32(amount).string(memo);
        }
    }

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final JsonText<Transfer> JSON_TEXT =
            new JsonText<>(
                    MAPPER::writeValueAsString, text -> MAPPER.readValue(text, Transfer.class));
    private static final Codec<Transfer> CODEC =
            Codecs.bcs((out, t) -> t.write(out), Transfer::read, JSON_TEXT);
    private static final ProtocolId JSON = ProtocolId.of(6);

    private final Transfer transfer = new Transfer(7, "né ".repeat(50));

    @Test
    void aMessageIsReadBackUnderEveryProtocol() {
        for (var protocol : ProtocolId.aptosNet()) {
            var payload = CODEC.encode(protocol, transfer);
            assertThat(CODEC.decode(protocol, payload)).as("%s", protocol).isEqualTo(transfer);
        }
    }

    @Test
    void theEncodingIsTheProtocols() {
        var out = new BcsWriter();
        transfer.write(out);
        var bcs = out.toBytes();
        assertThat(CODEC.encode(ProtocolId.of(0), transfer)).isEqualTo(bcs);
        // Named Json, and plain BCS all the same.
        for (var number : new int[] {17, 20, 23, 26}) {
            assertThat(CODEC.encode(ProtocolId.of(number), transfer)).isEqualTo(bcs);
        }
        var compressed = CODEC.encode(ProtocolId.MEMPOOL_DIRECT_SEND, transfer);
        assertThat(compressed.size()).isLessThan(bcs.size());
        assertThat(new CompressedPayload(new Lz4Blocks()).expand(compressed)).isEqualTo(bcs);
        assertThat(CODEC.encode(JSON, new Transfer(1, "a")))
                .isEqualTo(Bytes.utf8("{\"amount\":1,\"memo\":\"a\"}"));
    }

    @Test
    void aPayloadThatDoesNotDecodeIsAnIllegalArgument() {
        for (var protocol : ProtocolId.aptosNet()) {
            for (var payload :
                    new Bytes[] {Bytes.EMPTY, Bytes.utf8("nonsense"), Bytes.utf8("null")}) {
                assertThatThrownBy(() -> CODEC.decode(protocol, payload))
                        .as("%s", protocol)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
        var payload = CODEC.encode(ProtocolId.of(0), transfer);
        var longer = Bytes.concat(List.of(payload, Bytes.of((byte) 0)));
        assertThatThrownBy(() -> CODEC.decode(ProtocolId.of(0), longer))
                .isInstanceOfSatisfying(
                        BcsException.class,
                        e -> assertThat(e.code()).isEqualTo(WireError.TRAILING_BYTES));
    }

    @Test
    void aCodecWithoutAJsonTextRefusesJson() {
        Codec<Transfer> codec = Codecs.bcs((out, t) -> t.write(out), Transfer::read);
        assertThatThrownBy(() -> codec.encode(JSON, transfer)).hasMessageContaining("JSON");
        assertThatThrownBy(() -> codec.decode(JSON, Bytes.utf8("{}"))).hasMessageContaining("JSON");
    }

    @Test
    void containersNestAsDeepAsTheProtocolAllows() {
        Codec<Integer> nested = Codecs.bcs((out, n) -> out.u8(n), in -> nest(in, in.remaining()));
        for (var protocol : ProtocolId.aptosNet()) {
            if (protocol.encoding() == PayloadEncoding.JSON) {
                continue;
            }
            var limit = protocol.depthLimit();
            assertThat(nested.decode(protocol, packed(protocol, limit))).isZero();
            assertThatThrownBy(() -> nested.decode(protocol, packed(protocol, limit + 1)))
                    .isInstanceOfSatisfying(
                            BcsException.class,
                            e -> assertThat(e.code()).isEqualTo(WireError.DEPTH_EXCEEDED));
        }
    }

    private static Bytes packed(ProtocolId protocol, int zeros) {
        return Codecs.bytes().encode(protocol, Bytes.wrap(new byte[zeros]));
    }

    /** Enters one container for every byte. */
    private static int nest(BcsReader in, int depth) {
        return depth == 0 ? 0 : in.container(c -> c.u8() + nest(c, depth - 1));
    }

    @Test
    void bytesAreCompressedOnlyWhereTheProtocolIs() {
        var bytes = Bytes.wrap(new byte[1_000]);
        for (var protocol : ProtocolId.aptosNet()) {
            var payload = Codecs.bytes().encode(protocol, bytes);
            assertThat(payload.size() < 100)
                    .isEqualTo(protocol.encoding() == PayloadEncoding.COMPRESSED_BCS);
            assertThat(Codecs.bytes().decode(protocol, payload)).isEqualTo(bytes);
        }
    }

    @Test
    void blocksOfAnyContentAreReadBackAndAlteredOnesNeverThrowAnythingElse() {
        var seed = 99L;
        var random = new SplittableRandom(seed);
        var payload = new CompressedPayload(new Lz4Blocks());
        for (var i = 0; i < 10_000; i++) {
            var plain = new byte[random.nextInt(400)];
            var letters = 1 + random.nextInt(256);
            for (var at = 0; at < plain.length; at++) {
                plain[at] = (byte) random.nextInt(letters);
            }
            var compressed = payload.compress(Bytes.wrap(plain));
            assertThat(payload.expand(compressed))
                    .as("seed %d, %d", seed, i)
                    .isEqualTo(Bytes.wrap(plain));
            var altered = compressed.toByteArray();
            altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                payload.expand(Bytes.wrap(altered));
            } catch (BcsException e) {
                assertThat(e.code()).isNotNull();
            }
        }
    }
}
