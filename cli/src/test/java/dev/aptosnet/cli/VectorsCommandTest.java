package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

class VectorsCommandTest {
    @TempDir private Path directory;

    @Test
    void aFileThatNobodyKnowsIsAFailure() throws Exception {
        Files.writeString(directory.resolve("nonsense.json"), "{}");
        var text = Outcome.of("vectors", directory.toString());
        assertThat(text.code()).isEqualTo(1);
        assertThat(text.out().getLast()).endsWith("1 failed");
        var json = Outcome.of("vectors", directory.toString(), "--json");
        assertThat(json.code()).isEqualTo(1);
        assertThat(json.json().get("failed").asInt()).isEqualTo(1);
    }

    @Test
    void aMissingDirectoryIsWrongUse() {
        var outcome = Outcome.of("vectors", directory.resolve("none").toString());
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).hasSize(1);
    }
}
