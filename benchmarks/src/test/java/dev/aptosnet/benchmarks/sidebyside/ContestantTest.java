package dev.aptosnet.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Both ends of each contestant in this process. */
@Timeout(180)
class ContestantTest {
    @TempDir private static Path directory;

    @BeforeAll
    static void certificates() throws Exception {
        Certificates.write(directory);
    }

    @ParameterizedTest
    @EnumSource
    void everyoneAnswersWhatIsAskedOnEveryLink(Contestant contestant) throws Exception {
        answers(contestant.near(directory), contestant.far(directory));
    }

    private static <P> void answers(NearEnd<P> near, FarEnd far) throws Exception {
        try {
            var addresses = far.listen(3, near.credentials());
            for (var times = 0; times < 2; times++) {
                near.connect(addresses);
                for (var link = 0; link < 3; link++) {
                    for (var bytes : List.of(0, 1, 70_000, 300_000)) {
                        var payload = near.payload(bytes);
                        assertThat(ask(near, link, Question.ECHO, payload).bytes())
                                .isEqualTo(bytes);
                        assertThat(ask(near, link, Question.URGENT, payload).bytes())
                                .isEqualTo(bytes);
                        assertThat(ask(near, link, Question.TAKE, payload).bytes()).isZero();
                    }
                }
                near.disconnect();
            }
        } finally {
            near.close();
            far.close();
        }
    }

    private record Heard(int bytes, long number) {}

    private static <P> Heard ask(NearEnd<P> near, int link, Question question, P payload)
            throws Exception {
        var heard = new CompletableFuture<Heard>();
        near.call(
                link,
                question,
                payload,
                new Answer() {
                    @Override
                    public void answered(int bytes, long number) {
                        heard.complete(new Heard(bytes, number));
                    }

                    @Override
                    public void failed(Throwable why) {
                        heard.completeExceptionally(why);
                    }
                });
        return heard.get(60, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKING")
    void everyDirectSendOfAFloodArrives(Contestant contestant) throws Exception {
        floods(contestant.near(directory), contestant.far(directory));
    }

    private static <P> void floods(NearEnd<P> near, FarEnd far) throws Exception {
        try {
            near.connect(far.listen(3, near.credentials()));
            var sent = near.flood(3, near.payload(256), 50_000_000);
            var until = System.nanoTime() + 60_000_000_000L;
            long arrived;
            do {
                arrived = ask(near, 0, Question.COUNT, near.payload(0)).number();
                assertThat(arrived).isLessThanOrEqualTo(sent);
            } while (arrived < sent && System.nanoTime() - until < 0);
            assertThat(arrived).isEqualTo(sent);
        } finally {
            near.close();
            far.close();
        }
    }
}
