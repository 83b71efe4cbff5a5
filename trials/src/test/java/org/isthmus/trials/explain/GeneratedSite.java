// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.trials.world.Chance;

/// A configuration with the files it names and a DNS to go with it, all by chance: domains of every kind, routes that fit or lead back, loopback settings, suspensions.
///
/// @param configuration text of isthmus.conf
/// @param files other files beside it, by name
/// @param zone what DNS says
record GeneratedSite(String configuration, Map<String, String> files, String zone) {
    static final String ADDRESS = "192.0.2.25";
    static final String STRANGER = "203.0.113.1";
    static final String TRUSTED = "10.0.0.21";

    private static final String ZONE = """
            mx.site0.example A 192.0.2.25
            site0.example MX 10 mx.site0.example
            site1.example MX 10 mx.site0.example
            site2.example MX 10 mx.site0.example
            site2.example MX 20 mx.backup.example
            mx.backup.example A 198.51.100.20
            partner.example MX 10 mx.partner.example
            mx.partner.example A 198.51.100.9
            tied.example MX 10 a.tied.example
            tied.example MX 10 b.tied.example
            a.tied.example A 198.51.100.11
            b.tied.example A 198.51.100.12
            nomail.example MX 0 .
            dangling.example MX 10 mx.site0.example
            implicit.example A 198.51.100.13
            broken.example SERVFAIL
            half.example MX 10 lost.broken.example
            half.example MX 20 mx.site0.example
            deep.far.example MX 5 mx.partner.example
            relay.partner.example A 198.51.100.10
            """;

    static GeneratedSite random(Chance chance) {
        StringBuilder text = new StringBuilder("""
                connector { hostname = "mx.site0.example", data = "/data", postmaster = "postmaster@site0.example" }
                listeners { internet { address = "192.0.2.25:25" }, second { address = "192.0.2.25:2525" } }
                trusted-networks = ["10.0.0.0/8"]
                limits { message-size = 200 KiB }
                """);
        domains(chance, text);
        text.append("""
                next-hops {
                  store { url = "lmtp://10.0.0.9:24" }
                  other { url = "smtp://10.0.0.10:25" }
                  out { url = "smtp://198.51.100.10:25", inside = false }
                  named { url = "smtp://relay.partner.example:587" }
                  lost { url = "smtp://nowhere.broken.example:25" }
                  back { url = "smtp://192.0.2.25:25", inside = false }
                }
                """);
        routes(chance, text);
        rewrite(chance, text);
        text.append("loop { loopback = ").append(loopback(chance)).append(", breaker { enabled = no } }\n");
        if (chance.happens(0.4)) {
            text.append("delivery { suspended = [\"").append(chance.oneOf("store", "store", "site1.example", "*.far.example", "mx:partner.example", "out")).append("\"] }\n");
        }
        Map<String, String> files = Map.of("canonical", "anna@site0.example: Anna.S@site0.example\nfar@partner.example: anna@site0.example\nbert@site0.example: broken\n", "recipients", "anna@site0.example\nbert@site0.example\nodd%name@site0.example\nanna@site1.example\nanna@site2.example\n",
                "aliases", """
                        all@site0.example: anna@site0.example, bert@site0.example, far@partner.example
                        anna@site1.example: anna@site1.example
                        ring@site0.example: gnir@site0.example
                        gnir@site0.example: ring@site0.example
                        out@site0.example: x@nomail.example
                        dead@site0.example: nobody@site0.example, y@broken.example
                        gone@site0.example: nobody@site0.example
                        list@site0.example: anna@site0.example, x@partner.example
                        owner-list@site0.example: bert@site0.example
                        odd@site0.example: anna@site0.example, no address
                        """ + aliases(chance));
        return new GeneratedSite(text.toString(), files, ZONE);
    }

    /// Names that stand for one another in any way.
    private static String aliases(Chance chance) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            List<String> to = new ArrayList<>();
            for (long n = chance.between(1, 3); n > 0; n--) {
                to.add(chance.oneOf("g0@site0.example", "g1@site0.example", "g2@site0.example", "G3@site0.example", "g4@site0.example", "anna@site0.example", "bert@site0.example", "anna@site1.example",
                        "nobody@site0.example", "far@partner.example", "list@site0.example"));
            }
            text.append('g').append(i).append("@site0.example: ").append(String.join(", ", to)).append('\n');
        }
        return text.toString();
    }

    private static void domains(Chance chance, StringBuilder text) {
        text.append("domains {\n");
        List<String> kinds = List.of("authoritative", "shared", "relay");
        for (int i = 0; i < 3; i++) {
            String kind = chance.happens(0.7) ? kinds.get(i) : chance.oneOf(kinds);
            text.append("  \"site").append(i).append(".example\" {\n    kind = ").append(kind);
            text.append("\n    recipients = ").append(chance.oneOf("any", "\"file:recipients\"", "\"file:recipients\"", "\"pattern:[ab]*\""));
            if (kind.equals("authoritative") || chance.happens(0.7)) {
                text.append("\n    deliver-to = ").append(chance.oneOf("store", "store", "other", "out", "mx", "back"));
            }
            if (kind.equals("shared") && chance.happens(0.8)) {
                text.append("\n    elsewhere = ").append(chance.oneOf("other", "out", "back", "mx"));
            }
            if (chance.coin()) {
                text.append("\n    aliases = \"file:aliases\"");
            }
            if (chance.happens(0.3)) {
                text.append("\n    sub-addressing = \"+\"");
            }
            if (chance.happens(0.2)) {
                text.append("\n    catch-all = \"").append(chance.oneOf("anna@site0.example", "far@partner.example", "nobody@site0.example")).append('"');
            }
            if (chance.happens(0.3)) {
                text.append("\n    loopback = ").append(loopback(chance));
            }
            text.append("\n  }\n");
        }
        text.append("}\n");
    }

    private static void rewrite(Chance chance, StringBuilder text) {
        List<String> rules = new ArrayList<>();
        for (long i = chance.happens(0.5) ? 0 : chance.between(1, 3); i > 0; i--) {
            String rule = chance.oneOf("in = \"*@elsewhere.example\", to = \"*@site1.example\"", "in = \"*@*.site0.example\", to = \"*@site0.example\"", "in = \"file:canonical\"",
                    "in = \"anna@site1.example\", to = \"far@partner.example\"", "in = \"bert@site0.example\", to = \"all@site0.example\"", "in = \"*@nowhere.test\", to = \"*@site0.example\"",
                    "in = \"a*@site0.example\", to = \"b*@site0.example\"", "in = \"b*@site0.example\", to = \"a*@site0.example\"");
            rules.add("  { " + rule + chance.oneOf("", "", ", direction = in", ", direction = out", ", what = envelope-recipient", ", what = [envelope-sender, headers]", ", listener = second") + " }\n");
        }
        text.append("rewrite = [\n").append(String.join("", rules)).append("]\n");
        if (chance.happens(0.3)) {
            text.append("copies = [{ of = \"").append(chance.oneOf("*", "*@site0.example", "sender@partner.example")).append("\", direction = ").append(chance.oneOf("in", "out", "both"))
                    .append(", to = \"").append(chance.oneOf("bert@site0.example", "list@site0.example", "log@partner.example", "nobody@site0.example")).append("\" }]\n");
        }
    }

    private static String loopback(Chance chance) {
        return chance.oneOf("turn-around", "reject", "send", "hold");
    }

    private static void routes(Chance chance, StringBuilder text) {
        // No two costs are equal: between equal ones chance decides anew each time.
        List<String> routes = new ArrayList<>();
        for (long i = chance.between(0, 5); i > 0; i--) {
            StringBuilder route = new StringBuilder("  { to = \"");
            route.append(chance.oneOf("site0.example", "site1.example", "site2.example", "partner.example", "*.far.example", "tied.example", "*.example", "broken.example"));
            route.append("\", via = ").append(chance.oneOf("mx", "out", "named", "lost", "back", "other")).append(", cost = ").append(3 * i - chance.below(3));
            if (chance.happens(0.2)) {
                route.append(", from = \"").append(chance.oneOf("partner.example", "anna@site0.example")).append('"');
            }
            if (chance.happens(0.2)) {
                route.append(chance.coin() ? ", min-size = 10 KiB" : ", max-size = 10 KiB");
            }
            if (chance.happens(0.2)) {
                route.append(", fallback = out");
            }
            routes.add(route.append(" }").toString());
        }
        if (chance.happens(0.85)) {
            routes.add("  { to = \"*\", via = " + chance.oneOf("mx", "mx", "named", "back") + " }");
        }
        text.append("routes = [\n").append(String.join("\n", routes)).append("\n]\n");
    }

    /// An envelope of one recipient.
    /// @param size octets of content; 0 for a few
    record Envelope(String from, String to, String client, int size, String listener) {
        static Envelope random(Chance chance) {
            String user = chance.oneOf("anna", "bert", "ANNA", "nobody", "all", "ring", "out", "dead", "anna+news", "postmaster", "abuse", "odd%name", "x%partner.example", "a!b", "\"a b\"",
                    "\"x@partner.example\"", "far", "Anna.S", "gone", "list", "odd", "g0", "g1", "g2", "g3", "g4");
            String domain = chance.oneOf("site0.example", "site1.example", "site2.example", "SITE0.example", "sub.site0.example", "partner.example", "tied.example", "nomail.example",
                    "dangling.example", "implicit.example", "broken.example", "half.example", "deep.far.example", "nowhere.test", "[192.0.2.25]", "[198.51.100.9]", "[10.0.0.9]");
            String to = chance.happens(0.05) ? chance.oneOf("postmaster", "Postmaster", "no address", "a@b@c", "@x.example:anna@site0.example", "") : user + "@" + domain;
            String from = chance.oneOf("", "sender@partner.example", "anna@site0.example", "x@elsewhere.example", "x@elsewhere.example", "broken address");
            int size = chance.happens(0.2) ? chance.oneOf(20_000, 300_000) : 0;
            return new Envelope(from, to, chance.oneOf(STRANGER, TRUSTED, TRUSTED), size, chance.oneOf("internet", "second"));
        }
    }
}
