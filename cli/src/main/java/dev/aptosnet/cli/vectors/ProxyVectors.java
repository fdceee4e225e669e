package dev.aptosnet.cli.vectors;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.transport.support.ProxyHeader;
import dev.aptosnet.transport.support.ProxyHeader.Read.NeedMore;
import dev.aptosnet.transport.support.ProxyHeader.Read.Parsed;
import dev.aptosnet.transport.support.ProxyHeader.Read.Rejected;

import java.util.Map;

/** {@code proxy_protocol.json}; every header is also fed byte by byte. */
final class ProxyVectors implements VectorFile {
    @Override
    public Map<String, Check> sections(Entry root) {
        return Map.of("accept", ProxyVectors::accept, "reject", ProxyVectors::reject);
    }

    private static void accept(Entry entry, Expect expect) {
        var input = entry.hex("input").toByteArray();
        var header = input.length - entry.hex("remaining").size();
        for (var length = 0; length < header; length++) {
            var read = ProxyHeader.read(input, 0, length);
            expect.equal("more to be wanted after " + length, true, read instanceof NeedMore);
        }
        for (var length : new int[] {header, input.length}) {
            if (!(ProxyHeader.read(input, 0, length) instanceof Parsed(var source, int consumed))) {
                throw new Expect.Mismatch("a header", "none");
            }
            expect.equal(
                    "source",
                    entry.text("source_address"),
                    source.map(NetworkAddress::toString).orElse("unchanged"));
            expect.equal("header length", header, consumed);
        }
    }

    private static void reject(Entry entry, Expect expect) {
        var input = entry.hex("input").toByteArray();
        var rejected = false;
        for (var length = 0; length <= input.length; length++) {
            var read = ProxyHeader.read(input, 0, length);
            expect.equal("a header after " + length, false, read instanceof Parsed);
            expect.equal("a change of mind", false, rejected && !(read instanceof Rejected));
            rejected = read instanceof Rejected;
        }
        // An input that ends while more is wanted is refused too: the stream ended early.
    }
}
