// SPDX-License-Identifier: Apache-2.0
package org.isthmus.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RestartTest {
    private static final String HOST = "connector { hostname = mx1.example.com, data = /srv/a }\n";
    private static final Settings RUNNING = ConfigLoader.parse(HOST + "listeners { a { address = \"10.0.0.1:25\" }, b { address = \"10.0.0.2:25\" } }").orThrow();

    @Test
    void mostThingsChangeByReload() {
        Settings next = ConfigLoader.parse("connector { hostname = mx2.example.com, data = /srv/a }\nlimits.errors = 3\nlisteners { b { address = \"10.0.0.2:25\" }\n"
                        + " a { address = \"10.0.0.1:25\", leniency = [space-after-colon] } }")
                .orThrow();
        assertThat(ConfigLoader.restartNeeded(RUNNING, next)).isEmpty();
    }

    @Test
    void theDataFolderAndListenersDoNot() {
        Settings next = ConfigLoader.parse("connector { hostname = mx1.example.com, data = /srv/b }\nlisteners {\n a { address = \"10.0.0.1:26\" }\n c { address = \"[::1]:25\" } }")
                .orThrow();
        List<String> texts = ConfigLoader.restartNeeded(RUNNING, next).stream().map(Problem::text).toList();
        assertThat(texts)
                .containsExactly(
                        "error: connector.data cannot change while mail is in it: running with /srv/a, the file says /srv/b; stop, move the folder, start [needs-restart]",
                        "isthmus.conf:3: error: listeners.a has another address or protection than the running one (10.0.0.1:25); restart to change it [needs-restart]",
                        "isthmus.conf:4: error: listeners.c is new; listeners are opened at the start only: restart to add it [needs-restart]",
                        "error: listeners.b (10.0.0.2:25) is gone; restart to close it [needs-restart]");
    }

    @Test
    void aSecretShowsNothing() {
        assertThat(new Secret("hunter2").toString()).doesNotContain("hunter2").hasSize(8);
        assertThat(new Secret("hunter2")).isEqualTo(new Secret("hunter2")).isNotEqualTo(new Secret("hunter3"));
    }
}
