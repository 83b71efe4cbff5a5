// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.isthmus.policy.ReplyForm;
import org.junit.jupiter.api.Test;

/// docs/replies.md is made of the reply forms, and stale if it differs. `-Dwrite-docs=true` writes it.
class RepliesDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/replies.md");

    @Test
    void isWhatTheReplyFormsSay() throws IOException {
        String text = text();
        if (Boolean.getBoolean("write-docs")) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, text);
        }
        assertThat(Files.readString(DOCUMENT)).as("docs/replies.md is stale: run this test with -Dwrite-docs=true").isEqualTo(text);
    }

    @Test
    void namesEveryForm() throws IOException {
        // A form that somebody adds to the class and forgets in its list would be missing in the document.
        String source = Files.readString(Path.of("src/main/java/org/isthmus/receive/Replies.java")) + Files.readString(Path.of("src/main/java/org/isthmus/policy/Refusals.java"));
        assertThat(Replies.all()).doesNotHaveDuplicates().hasSize(source.split("= new ReplyForm\\(", -1).length - 1);
    }

    private static String text() {
        StringBuilder page = new StringBuilder("""
                # Replies

                Every reply of the SMTP server, by code. `{}` stands for what varies. A refusal ends with a short trace id, `(trace 7K2QM9A)`, that `isthmus trace` finds.
                Replies about a command's syntax (500, 501, 555 and 553 5.6.7, each saying what was expected) come beside these.
                Made from the program (`receive.Replies`, `policy.Refusals`); a test fails when it is stale.

                | code | status | text | when | what the operator does |
                |---|---|---|---|---|
                """);
        List<ReplyForm> forms = Replies.all().stream().sorted(Comparator.comparingInt(ReplyForm::code)).toList();
        for (ReplyForm form : forms) {
            String status = form.status() == null ? "" : form.status().equals(ReplyForm.FROM_CAUSE) ? "as the cause" : form.status();
            page.append("| ").append(form.code()).append(" | ").append(status).append(" | ").append(cell(form.text())).append(" | ").append(cell(form.when())).append(" | ")
                    .append(cell(form.operator())).append(" |\n");
        }
        return page.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
