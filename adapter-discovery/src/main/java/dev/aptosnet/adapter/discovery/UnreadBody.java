package dev.aptosnet.adapter.discovery;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;

/** Takes nothing of a body: an answer that is refused by its head need not be waited for. */
final class UnreadBody implements BodySubscriber<byte[]> {
    private final CompletableFuture<byte[]> nothing =
            CompletableFuture.completedFuture(new byte[0]);

    @Override
    public CompletionStage<byte[]> getBody() {
        return nothing;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        // Was on its way when the subscription ended.
    }

    @Override
    public void onError(Throwable throwable) {
        // Of no interest any more.
    }

    @Override
    public void onComplete() {
        // There was none.
    }
}
