// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// The parameters behind a path: {@code *(SP keyword ["=" value])}. RFC 5321 §4.1.2. Wholly strict; a keyword that we do not offer is 555, one that comes twice 501.
final class ParameterParser {
    /// RFC 3461 §4.4.
    private static final int ENVID_LIMIT = 100;
    /// RFC 3461 §4.2.
    private static final int ORCPT_LIMIT = 500;

    private ParameterParser() {}

    /// Not acceptable, with the answer.
    static final class Refused extends Exception {
        private final Reply reply;

        Refused(Reply reply) {
            super(reply.text(), null, false, false);
            this.reply = reply;
        }

        Reply reply() {
            return reply;
        }
    }

    /// @param keyword in capitals
    /// @param value none if there is no '='
    private record Parameter(String keyword, @Nullable String value) {
        String required() throws Refused {
            if (value == null) {
                throw bad(keyword + " needs a value");
            }
            return value;
        }
    }

    static MailParameters mail(Cursor cursor) throws Refused {
        OptionalLong size = OptionalLong.empty();
        BodyType body = BodyType.SEVENBIT;
        boolean smtpUtf8 = false;
        ReturnContent returnContent = null;
        String envelopeId = null;
        Timing timing = Timing.NONE;
        TlsWish tls = TlsWish.UNSAID;
        Set<String> seen = new HashSet<>();
        while (!cursor.atEnd()) {
            Parameter parameter = next(cursor, seen);
            switch (parameter.keyword()) {
                case "SIZE" -> size = OptionalLong.of(size(parameter.required()));
                case "BODY" -> body = body(parameter.required());
                case "SMTPUTF8" -> smtpUtf8 = flag(parameter);
                case "REQUIRETLS" -> tls = flag(parameter) ? TlsWish.REQUIRED : tls;
                case "RET" -> returnContent = returnContent(parameter.required());
                case "ENVID" -> envelopeId = envelopeId(parameter.required());
                case "AUTH" -> checkAuth(parameter.required());
                case "BY" -> timing = new Timing(deliverBy(parameter.required()), timing.priority(), timing.release());
                case "MT-PRIORITY" -> timing = timing.with(priority(parameter.required()));
                case "HOLDFOR", "HOLDUNTIL" -> timing = new Timing(timing.deliverBy(), timing.priority(), release(parameter, timing.release()));
                default -> throw unknown(parameter);
            }
        }
        return new MailParameters(size, body, smtpUtf8, returnContent, envelopeId, timing, tls);
    }

    static RcptParameters rcpt(Cursor cursor) throws Refused {
        Set<ReportOn> reportOn = null;
        OriginalRecipient original = null;
        Set<String> seen = new HashSet<>();
        while (!cursor.atEnd()) {
            Parameter parameter = next(cursor, seen);
            switch (parameter.keyword()) {
                case "NOTIFY" -> reportOn = reportOn(parameter.required());
                case "ORCPT" -> original = original(parameter.required());
                default -> throw unknown(parameter);
            }
        }
        return new RcptParameters(reportOn, original);
    }

    private static Parameter next(Cursor cursor, Set<String> seen) throws Refused {
        boolean blank = cursor.skip(' ');
        String keyword = cursor.takeWhile(c -> c < 128 && (Characters.letterOrDigit(c) || c == '-'));
        if (!blank || keyword.isEmpty() || keyword.startsWith("-")) {
            throw bad("Parameters are keyword or keyword=value, each behind one blank");
        }
        String value = null;
        if (cursor.skip('=')) {
            // RFC 5321 §4.1.2 esmtp-value; RFC 6531 §3.3 adds what is outside US-ASCII.
            value = cursor.takeWhile(c -> c != '=' && (Characters.visible(c) || c > 127));
            // RFC 4954 §5 has AUTH=<> and xtext; '=' inside a value is not allowed in any of ours.
            if (value.isEmpty()) {
                throw bad("No value behind " + keyword.toUpperCase(Locale.ROOT) + "=");
            }
        }
        if (!cursor.atEnd() && cursor.peek() != ' ') {
            throw bad("Unexpected character in a parameter");
        }
        Parameter parameter = new Parameter(keyword.toUpperCase(Locale.ROOT), value);
        if (!seen.add(parameter.keyword())) {
            throw bad("A parameter may be given once only");
        }
        return parameter;
    }

    private static long size(String value) throws Refused {
        // RFC 1870 §3: 1*20DIGIT. What is larger than a long is larger than any limit.
        if (value.length() > 20 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw bad("SIZE is a number of at most 20 digits");
        }
        return value.length() > 18 ? saturated(value) : Long.parseLong(value);
    }

    private static long saturated(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private static BodyType body(String value) throws Refused {
        for (BodyType type : BodyType.values()) {
            if (type.keyword().equalsIgnoreCase(value)) {
                return type;
            }
        }
        throw bad("BODY is 7BIT, 8BITMIME or BINARYMIME");
    }

    private static DeliverBy deliverBy(String value) throws Refused {
        try {
            return DeliverBy.parse(value);
        } catch (SyntaxProblem e) {
            throw bad(String.valueOf(e.getMessage()));
        }
    }

    /// RFC 6710 §4.1: a digit but 0 may have a sign.
    private static int priority(String value) throws Refused {
        int digit = value.isEmpty() ? -1 : Character.digit(value.charAt(value.length() - 1), 10);
        boolean signed = value.length() == 2 && digit > 0 && (value.charAt(0) == '-' || value.charAt(0) == '+');
        if (digit < 0 || value.charAt(value.length() - 1) > '9' || !(value.length() == 1 || signed)) {
            throw bad("MT-PRIORITY is a number from -9 to 9");
        }
        return value.charAt(0) == '-' ? -digit : digit;
    }

    /// RFC 4865 §4: one of the two, once.
    private static Release release(Parameter parameter, @Nullable Release before) throws Refused {
        if (before != null) {
            throw bad("HOLDFOR and HOLDUNTIL exclude each other");
        }
        try {
            return parameter.keyword().equals("HOLDFOR") ? Release.after(parameter.required()) : Release.at(parameter.required());
        } catch (SyntaxProblem e) {
            throw bad(String.valueOf(e.getMessage()));
        }
    }

    private static boolean flag(Parameter parameter) throws Refused {
        if (parameter.value() != null) {
            throw bad(parameter.keyword() + " takes no value");
        }
        return true;
    }

    private static ReturnContent returnContent(String value) throws Refused {
        for (ReturnContent content : ReturnContent.values()) {
            if (content.name().equalsIgnoreCase(value)) {
                return content;
            }
        }
        throw bad("RET is FULL or HDRS");
    }

    private static String envelopeId(String value) throws Refused {
        String id = xtext("ENVID", value);
        // RFC 3461 §4.4: printable US-ASCII before encoding, since it must fit into a report as it is.
        if (id.length() > ENVID_LIMIT || !isPrintable(id)) {
            throw bad("ENVID is at most 100 printable characters, encoded as xtext");
        }
        return id;
    }

    /// RFC 4954 §5: we trust nobody's word about who submitted a message, so a well-formed value is dropped.
    private static void checkAuth(String value) throws Refused {
        if (!value.equals("<>")) {
            xtext("AUTH", value);
        }
    }

    private static Set<ReportOn> reportOn(String value) throws Refused {
        Set<ReportOn> events = EnumSet.noneOf(ReportOn.class);
        if (value.equalsIgnoreCase("NEVER")) {
            return events;
        }
        for (String word : value.split(",", -1)) {
            ReportOn event = switch (word.toUpperCase(Locale.ROOT)) {
                case "SUCCESS" -> ReportOn.SUCCESS;
                case "FAILURE" -> ReportOn.FAILURE;
                case "DELAY" -> ReportOn.DELAY;
                default -> throw bad("NOTIFY is NEVER alone, or a list of SUCCESS, FAILURE and DELAY");
            };
            // The same word twice says nothing else than once; RFC 3461 §4.1 does not forbid it.
            events.add(event);
        }
        return events;
    }

    private static OriginalRecipient original(String value) throws Refused {
        int semicolon = value.indexOf(';');
        String type = semicolon < 0 ? "" : value.substring(0, semicolon);
        String encoded = value.substring(semicolon + 1);
        boolean goodType = !type.isEmpty() && type.length() <= 32 && type.chars().allMatch(c -> c < 128 && Characters.atext((char) c));
        if (!goodType || encoded.isEmpty() || value.length() > ORCPT_LIMIT) {
            throw bad("ORCPT is type;address, at most 500 characters");
        }
        String address = type.equalsIgnoreCase("utf-8") ? utf8(encoded) : xtext("ORCPT", encoded);
        boolean good = type.equalsIgnoreCase("utf-8") ? address.chars().noneMatch(Character::isISOControl) : isPrintable(address);
        if (!good) {
            throw bad("ORCPT holds characters that no address has");
        }
        return new OriginalRecipient(type, address);
    }

    private static String utf8(String encoded) throws Refused {
        try {
            return Utf8AddressText.decode(encoded);
        } catch (SyntaxProblem e) {
            throw bad("ORCPT is not a utf-8 address: " + e.getMessage());
        }
    }

    private static String xtext(String keyword, String value) throws Refused {
        try {
            return Xtext.decode(value);
        } catch (SyntaxProblem e) {
            throw bad(keyword + " is not encoded as xtext");
        }
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= 32 && c < 127);
    }

    private static Refused bad(String text) {
        return new Refused(Reply.of(501, "5.5.4", text));
    }

    private static Refused unknown(Parameter parameter) {
        String shown = parameter.keyword().length() > 32 ? parameter.keyword().substring(0, 32) : parameter.keyword();
        // RFC 5321 §4.1.1.11.
        return new Refused(Reply.of(555, "5.5.4", "The parameter " + shown + " is not known here"));
    }
}
