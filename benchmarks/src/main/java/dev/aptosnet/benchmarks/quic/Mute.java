package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

/** Sends nothing and makes nothing of what it gets. */
final class Mute implements LinkHandler {
    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {}

    @Override
    public void onWake(FrameSink out) {}

    @Override
    public void onClosed(LinkClosed how) {}
}
