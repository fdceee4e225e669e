package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.wire.BcsReader;
import dev.aptosnet.domain.wire.BcsWriter;
import dev.aptosnet.ports.model.Bytes;

import java.util.Map;

/** {@code bcs.json}. */
final class BcsVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of(
                "uleb_valid",
                BcsVectors::number,
                "uleb_invalid",
                (entry, expect) ->
                        expect.refused(entry.text("expect"), () -> uleb(entry.hex("bcs"))),
                "values",
                BcsVectors::value,
                "invalid",
                (entry, expect) ->
                        expect.refused(
                                entry.text("expect"),
                                () -> BcsType.parse(entry.text("type")).decode(entry.hex("bcs"))));
    }

    private static void number(Entry entry, Expect expect) {
        var value = entry.number("value");
        expect.equal("value", value, uleb(entry.hex("bcs")));
        expect.equal("bytes", entry.hex("bcs"), new BcsWriter().uleb((int) value).toBytes());
    }

    private static void value(Entry entry, Expect expect) {
        var type = BcsType.parse(entry.text("type"));
        var value = type.fromJson(entry.sub("value"));
        expect.equal("value", value, type.decode(entry.hex("bcs")));
        expect.equal("bytes", entry.hex("bcs"), type.encode(value));
    }

    private static long uleb(Bytes bcs) {
        var in = new BcsReader(bcs);
        var value = in.uleb();
        in.end();
        return value;
    }
}
