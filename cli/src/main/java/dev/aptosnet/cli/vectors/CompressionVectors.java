package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.wire.CompressedPayload;
import dev.aptosnet.node.codec.Lz4Blocks;

import java.util.Map;

/** {@code compression.json}; what we compress ourselves must expand to the same. */
final class CompressionVectors implements VectorFile {
    private final CompressedPayload payload = new CompressedPayload(new Lz4Blocks());

    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "max_uncompressed_size",
                        (entry, expect) ->
                                expect.equal(
                                        "bytes",
                                        entry.number(),
                                        (long) CompressedPayload.MAX_BYTES),
                "valid", this::valid,
                "malformed",
                        (entry, expect) ->
                                expect.refused(
                                        entry.text("expect"),
                                        () -> payload.expand(entry.hex("compressed"))));
    }

    private void valid(Entry entry, Expect expect) {
        var raw = entry.hex("raw");
        expect.equal("raw", raw, payload.expand(entry.hex("compressed")));
        expect.equal("our own block's content", raw, payload.expand(payload.compress(raw)));
    }
}
