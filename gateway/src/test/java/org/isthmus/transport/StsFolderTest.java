// SPDX-License-Identifier: Apache-2.0
package org.isthmus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.isthmus.address.Domain;
import org.isthmus.mtasts.StsPolicy;
import org.isthmus.platform.live.LivePlatform;
import org.isthmus.syntax.SyntaxProblem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StsFolderTest {
    private static final Domain DOMAIN = Domain.of("Example.org");

    private static final LivePlatform LIVE = LivePlatform.open();

    @AfterAll
    static void close() {
        LIVE.close();
    }

    @TempDir
    private Path folder;

    private static StsPolicies.Kept kept(String id) throws SyntaxProblem {
        return new StsPolicies.Kept(id, Instant.parse("2026-11-24T12:00:00Z"), StsPolicy.parse("version: STSv1\nmode: testing\nmx: *.example.org\nmx: a.example.net\nmax_age: 604800\n"));
    }

    @Test
    void whatWasKeptIsThereAfterARestart() throws SyntaxProblem {
        Path under = folder.resolve("mta-sts");
        StsFolder before = new StsFolder(LIVE.platform().disk(), under);
        assertThat(before.read(DOMAIN)).isEmpty();
        before.write(DOMAIN, kept("1"));
        before.write(DOMAIN, kept("2"));
        assertThat(before.read(DOMAIN)).contains(kept("2"));
        assertThat(new StsFolder(LIVE.platform().disk(), under).read(DOMAIN)).contains(kept("2"));
    }

    @Test
    void whatCannotBeReadIsAsIfItWereNotThere() throws IOException {
        for (String text : new String[] {"", "1\n", "1\nyesterday\nversion: STSv1", "1\n2026-11-24T12:00:00Z\nrubbish"}) {
            Files.writeString(folder.resolve("example.org"), text);
            assertThat(new StsFolder(LIVE.platform().disk(), folder).read(DOMAIN)).isEmpty();
        }
    }

    @Test
    void aDiskThatDoesNotWorkCostsTheMemoryAcrossRestartsAlone() throws IOException, SyntaxProblem {
        Path file = Files.writeString(folder.resolve("in-the-way"), "");
        StsFolder policies = new StsFolder(LIVE.platform().disk(), file);
        policies.write(DOMAIN, kept("1"));
        assertThat(policies.read(DOMAIN)).contains(kept("1"));
    }
}
