// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.loops;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isthmus.schedule.QueueControl.Selector;
import org.isthmus.trials.corpus.LegitimateMail;
import org.isthmus.trials.corpus.Post;
import org.isthmus.trials.peers.Ledger;
import org.isthmus.trials.peers.Letter;
import org.isthmus.trials.peers.Sink;
import org.junit.jupiter.api.Test;

/// At least ten thousand legitimate messages through the real connector, in a simulated world: none is refused, none is held, each arrives. {@code -Dcorpus=N} sends more.
class FalseStopTest {
    private static final int LEAST = 10_000;
    private static final int BATCH = 60;
    private static final String PARTNER = """
            next-hops { partner { url = "smtp://192.0.2.33:25" } }
            routes = [{ to = "*", via = partner }]
            """;

    @Test
    void noLegitimateMailIsRefusedOrHeld() {
        int most = Integer.getInteger("corpus", LEAST);
        LoopWorld.run(PARTNER, loops -> {
            Sink partner = loops.started("partner", "192.0.2.33:25");
            LegitimateMail corpus = new LegitimateMail(loops.world.chance("corpus"));
            Map<String, Post> sent = new LinkedHashMap<>();
            int seen = 0;
            while (sent.size() < most) {
                List<Post> originals = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    originals.add(corpus.original());
                }
                send(loops, originals, sent);
                List<Post> more = new ArrayList<>();
                List<Sink.Delivery> all = partner.deliveries();
                for (; seen < all.size(); seen++) {
                    Post post = sent.get(id(all.get(seen).content()));
                    if (post != null && post.shape().equals("written")) {
                        more.addAll(corpus.consequences(post, all.get(seen).content()));
                    }
                }
                for (int i = 0; i < BATCH / 2; i++) {
                    more.add(corpus.independent());
                }
                send(loops, more, sent);
            }
            assertThat(corpus.shapes()).hasSizeGreaterThan(30);
            assertThat(stopped(loops.ledger, sent)).as("refused, by shape").isEmpty();
            assertThat(loops.connector().queue().list(Selector.ALL, 100)).as("still in the queue, held").isEmpty();
            assertThat(missing(sent.values(), loops.store, partner)).as("not delivered, by shape").isEmpty();
            System.out.println("legitimate mail: " + sent.size() + " messages of " + corpus.shapes().size() + " shapes, none refused or held");
        });
    }

    /// One session for each client, as servers do that have much to send.
    private static void send(LoopWorld loops, List<Post> posts, Map<String, Post> sent) throws Exception {
        Map<String, List<Letter>> byClient = new LinkedHashMap<>();
        for (Post post : posts) {
            sent.put(post.id(), post);
            byClient.computeIfAbsent(post.client(), client -> new ArrayList<>()).add(new Letter(post.id(), post.from(), post.to(), post.content()));
        }
        for (Map.Entry<String, List<Letter>> one : byClient.entrySet()) {
            loops.offerFrom(one.getKey(), one.getValue());
        }
        loops.settle();
    }

    private static String id(byte[] content) {
        String text = new String(content, ISO_8859_1);
        int at = text.startsWith("X-Corpus: ") ? 0 : text.indexOf("\r\nX-Corpus: ") + 2;
        return at < 2 && at != 0 ? "" : text.substring(at + "X-Corpus: ".length(), text.indexOf('\r', at));
    }

    private static Set<String> stopped(Ledger ledger, Map<String, Post> sent) {
        Set<String> stopped = new TreeSet<>();
        for (Ledger.Entry entry : ledger.entries()) {
            Post post = sent.get(entry.letter().id());
            if (post != null && (entry.end() != Ledger.End.PROMISED || !entry.refused().isEmpty())) {
                stopped.add(post.shape() + ": " + entry.end() + " " + entry.reply() + " " + entry.refused());
            }
        }
        return stopped;
    }

    private static Map<String, Integer> missing(Iterable<Post> sent, Sink... sinks) {
        Map<String, Set<String>> arrived = new HashMap<>();
        for (Sink sink : sinks) {
            sink.deliveries().forEach(delivery -> arrived.computeIfAbsent(id(delivery.content()), id -> new TreeSet<>()).addAll(delivery.recipients()));
        }
        Map<String, Integer> missing = new TreeMap<>();
        for (Post post : sent) {
            if (!arrived.getOrDefault(post.id(), Set.of()).containsAll(post.to())) {
                missing.merge(post.shape(), 1, Integer::sum);
            }
        }
        return missing;
    }
}
