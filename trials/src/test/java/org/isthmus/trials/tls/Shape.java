// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a server says instead of a plain reply.
///
/// @param text octets, each a character; `{ok}` stands for the code that is right at that place
/// @param reading what an honest reader makes of it
/// @param manner how it is said
record Shape(String text, Reading reading, Manner manner) {
    /// What an honest reader makes of it. RFC 5321 §4.2.
    sealed interface Reading {
        /// A reply with the right code, if not a pretty one.
        record Good() implements Reading {}

        /// A reply with this code.
        record Code(int code) implements Reading {}

        /// No reply.
        record None() implements Reading {}

        /// A good reply, and then something that nobody has asked for.
        record Excess() implements Reading {}
    }

    enum Manner {
        /// And the conversation goes on.
        PLAINLY,
        /// Octet by octet.
        DRIBBLING,
        /// And closes at once.
        CLOSING,
        /// And closes without ending TLS.
        CUTTING,
        /// Past TLS, in the clear, and closes.
        PAST_TLS,
        /// And says nothing more, while the client waits.
        HANGING,
        /// Again and again, as long as the client bears it.
        ENDLESSLY,
        /// The same, but slowly: never long enough for a limit on silence.
        TRICKLING
    }

    private static final Reading GOOD = new Reading.Good();
    private static final Reading NONE = new Reading.None();
    private static final Reading EXCESS = new Reading.Excess();
    private static final int WORTH_DRIBBLING = 60;

    private static final List<String> UGLY = List.of(
            "{ok} fine\r\n", "{ok}\r\n", "{ok} \r\n", "{ok}     \r\n", "{ok} fine\n", "{ok}-one\r\n{ok} two\r\n", "{ok}-one\n{ok} two\n", "{ok}-\r\n{ok}\r\n", "{ok}\tfine\r\n", "{ok} fi\0ne\r\n",
            "{ok} one\r550 two\r\n", "{ok} fine\r\r\n", "{ok} \u00ff\u00fe\u0080\u00c0\r\n", "{ok} \u001b[31mred\u0007\r\n", "{ok} 5.7.1 of another class\r\n", "{ok} 9.9.9 of no class\r\n",
            "{ok} 2.0 fine\r\n", "{ok} " + "x".repeat(600) + "\r\n", "{ok} " + "x".repeat(10_000) + "\r\n", "{ok}-x\r\n".repeat(500) + "{ok} x\r\n", "{ok}-" + "y".repeat(5000) + "\r\n{ok} z\r\n");

    private static final List<String> NO_REPLIES = List.of(
            "\r\n", "\n", "\0\0\0\0\r\n", " {ok} fine\r\n", "\t{ok} fine\r\n", "{ok}fine\r\n", "{ok}0 fine\r\n", "2 fine\r\n", "25 fine\r\n", "2 5 0 fine\r\n", "+{ok} fine\r\n", "-{ok} fine\r\n", "{ok}_fine\r\n",
            "{ok}.fine\r\n", "{ok}\0fine\r\n", "{ok}\u00a0fine\r\n", "\0{ok} fine\r\n", "\u00ef\u00bb\u00bf{ok} fine\r\n", "\r{ok} fine\r\n", "\r\n{ok} fine\r\n", "\u00d9\u00a2\u00d9\u00a5\u00d9\u00a0 fine\r\n",
            "2\u00b5\u00b0 fine\r\n", "0{ok} fine\r\n", "000 x\r\n", "099 x\r\n", "100 x\r\n", "199 x\r\n", "600 x\r\n", "999 x\r\n", "2x0 x\r\n", "{ok}-one\r\n550 two\r\n", "550-one\r\n{ok} two\r\n",
            "{ok}-one\r\n421 two\r\n", "{ok}-one\r\ntwo\r\n", "{ok}-one\r\n\r\n", "{ok}-one\r\n {ok} two\r\n", "{ok}-one\r\n{ok}two\r\n", "{ok}-one\n551 two\n", "HTTP/1.1 200 OK\r\n\r\n", "* OK ready\r\n",
            "+OK ready\r\n", "SSH-2.0-x\r\n", "<html>\r\n", "MAIL FROM:<a@example.net>\r\n", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028\r\n", "{ok} " + "x".repeat(70_000) + "\r\n", "{ok}-x\r\n".repeat(20_000) + "{ok} x\r\n");

    private static final List<Integer> CODES = List.of(200, 211, 214, 220, 221, 235, 250, 251, 252, 299, 300, 334, 354, 399, 400, 421, 450, 451, 452, 454, 455, 499, 500, 501, 502, 503, 504, 521, 530, 535, 550, 552, 553, 554, 556, 599);

    private static final List<String> BEGINNINGS = List.of("", "2", "25", "{ok}", "{ok} fine", "{ok} fine\r", "{ok}-fine\r\n", "{ok}-fine\r\n{ok}", "{ok}-fine\r\n{ok} fi", "{ok}-fine\r\n".repeat(3), "\0", "550 no", "550-no\r\n");

    private static final List<String> EXCESSES = List.of("{ok} a\r\n{ok} b\r\n", "{ok} a\r\n250 b\r\n354 c\r\n250 d\r\n", "{ok} a\r\n421 b\r\n", "{ok} a\r\n451 b\r\n", "{ok} a\r\n\r\n", "{ok} a\r\nx\r\n", "{ok} a\r\n\0\r\n", "{ok} a\n{ok} b\n", "{ok} a\r\n+OK\r\n");

    private static final List<String> ENDLESS = List.of("{ok}-x\r\n", "550-x\r\n", "x", "\0", "\r", "{ok} x");

    /// Octets that stand where a record of TLS should: replies, records that nobody has encrypted, lengths that cannot be. RFC 8446 §5.
    private static final List<String> PAST_TLS = List.of(
            "{ok} fine\r\n", "{ok}-one\r\n{ok} two\r\n", "550 no\r\n", "\u0015\u0003\u0003\0\u0002\u0001\0", "\u0015\u0003\u0003\0\u0002\u0002\u0028", "\u0017\u0003\u0003\0\u000b{ok} fine\r\n",
            "\u0017\u0003\u0003\u00ff\u00ff{ok} fine\r\n", "\u0017\u0003\u0003\0\0", "\u0016\u0003\u0003\0\u0004\0\0\0\0", "\u0014\u0003\u0003\0\u0001\u0001", "\0\0\0\0\0", "\u0080\u002e\u0001\u0003\u0001", "\u0017", "\u0017\u0003\u0003");

    /// Those that make sense only under TLS.
    static List<Shape> underTls() {
        List<Shape> all = new ArrayList<>();
        PAST_TLS.forEach(text -> all.add(new Shape(text, NONE, Manner.PAST_TLS)));
        BEGINNINGS.forEach(text -> all.add(new Shape(text, NONE, Manner.CUTTING)));
        return all;
    }

    /// All others.
    /// @param patient whether waiting costs nothing
    static List<Shape> all(boolean patient) {
        List<Shape> all = new ArrayList<>();
        UGLY.forEach(text -> whole(text, GOOD, all));
        NO_REPLIES.forEach(text -> all.add(new Shape(text, NONE, Manner.PLAINLY)));
        for (int code : CODES) {
            whole(code + " x\r\n", new Reading.Code(code), all);
            all.add(new Shape(code + "-x\r\n" + code + " y\r\n", new Reading.Code(code), Manner.PLAINLY));
        }
        BEGINNINGS.forEach(text -> all.add(new Shape(text, NONE, Manner.CLOSING)));
        EXCESSES.forEach(text -> all.add(new Shape(text, EXCESS, Manner.PLAINLY)));
        ENDLESS.forEach(text -> all.add(new Shape(text, NONE, Manner.ENDLESSLY)));
        if (patient) {
            BEGINNINGS.forEach(text -> all.add(new Shape(text, NONE, Manner.HANGING)));
            ENDLESS.forEach(text -> all.add(new Shape(text, NONE, Manner.TRICKLING)));
        }
        return all;
    }

    private static void whole(String text, Reading reading, List<Shape> into) {
        into.add(new Shape(text, reading, Manner.PLAINLY));
        into.add(new Shape(text, reading, Manner.CLOSING));
        if (text.length() < WORTH_DRIBBLING) {
            into.add(new Shape(text, reading, Manner.DRIBBLING));
        }
    }

    /// How many there are, whatever the manner.
    static long texts() {
        return Stream.of(UGLY, NO_REPLIES, BEGINNINGS, EXCESSES, ENDLESS, PAST_TLS).mapToLong(List::size).sum() + CODES.size();
    }

    /// What is sent.
    String octets(int ok) {
        return text.replace("{ok}", String.valueOf(ok));
    }

    @Override
    public String toString() {
        String shown = text.length() > WORTH_DRIBBLING ? text.substring(0, WORTH_DRIBBLING) + "... (" + text.length() + ")" : text;
        return manner + " \"" + shown.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0") + "\"";
    }
}
