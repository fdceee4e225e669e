package dev.aptosnet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

@Timeout(60)
class ExamplesTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(said, true, UTF_8);

    @Test
    void typedMessagesAreHeardAndAnswered() throws Exception {
        TypedMessages.run(out);
        assertThat(said.toString(UTF_8).lines())
                .contains(
                        "connected over memory",
                        "heard Price[coin=APT, cents=799]",
                        "asked, answered Price[coin=APT, cents=812]");
    }

    @Test
    void validatorsMeshAndTheStrangerStaysOut() throws Exception {
        Validators.run(out);
        assertThat(said.toString(UTF_8).lines())
                .containsExactly(
                        "every validator sees 3 others", "the stranger is refused: TRUNCATED");
    }

    @Test
    void alarmsAndLargeAnswersAllArrive() throws Exception {
        LargeAnswers.run(out);
        assertThat(said.toString(UTF_8).lines())
                .containsExactly("100 alarms arrived", "4 chunks arrived, 128 MiB");
    }
}
