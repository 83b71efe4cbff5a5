// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.isthmus.address.AddressLiteral;
import org.isthmus.address.Domain;
import org.isthmus.address.ForwardPath;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.isthmus.syntax.Characters;
import org.isthmus.syntax.Cursor;
import org.isthmus.syntax.SyntaxProblem;
import org.jspecify.annotations.Nullable;

/// Makes a {@link Command} of a command line. RFC 5321 §4.1.1. Total: whatever the bytes are, the answer is a value, in time linear in them.
///
/// Strict, but for what RFC 5321 §4.1.1 asks to tolerate (trailing white space), several blanks behind the verb, and what {@link Leniency} names.
/// A line limit is the session's business.
public final class CommandParser {
    private static final int NAME_LIMIT = 255;
    private static final int VERB_LIMIT = 32;

    private final boolean spaceAfterColon;
    private final boolean malformedName;

    public CommandParser(Set<Leniency> leniency) {
        spaceAfterColon = leniency.contains(Leniency.SPACE_AFTER_COLON);
        malformedName = leniency.contains(Leniency.MALFORMED_HELO_NAME);
    }

    /// @param line holds the command line
    /// @param from where it begins
    /// @param length its octets, without CRLF
    public Command parse(byte[] line, int from, int length) {
        int end = from + length;
        while (end > from && (line[end - 1] == ' ' || line[end - 1] == '\t')) {
            end--;
        }
        String text = decode(line, from, end);
        if (text == null) {
            return malformed("", 500, "5.5.2", "A command is a line of printable characters, US-ASCII or UTF-8");
        }
        int blank = text.indexOf(' ');
        String word = blank < 0 ? text : text.substring(0, blank);
        String argument = blank < 0 ? "" : text.substring(blank).stripLeading();
        return command(word.length() > VERB_LIMIT ? word : word.toUpperCase(Locale.ROOT), argument);
    }

    /// Null for what is no UTF-8 or holds control characters.
    private static @Nullable String decode(byte[] line, int from, int end) {
        boolean ascii = true;
        for (int i = from; i < end; i++) {
            if (line[i] >= 0 && (line[i] < 32 || line[i] == 127)) {
                return null;
            }
            ascii &= line[i] >= 0;
        }
        if (ascii) {
            return new String(line, from, end - from, StandardCharsets.US_ASCII);
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line, from, end - from)).toString();
            return text.chars().anyMatch(Character::isISOControl) ? null : text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private Command command(String verb, String argument) {
        return switch (verb) {
            case "EHLO", "HELO", "LHLO" -> greet(verb, argument);
            case "MAIL" -> mail(argument);
            case "RCPT" -> rcpt(argument);
            case "DATA" -> alone(verb, argument, new Command.Data());
            case "BDAT" -> bdat(argument);
            case "RSET" -> alone(verb, argument, new Command.Rset());
            case "QUIT" -> alone(verb, argument, new Command.Quit());
            case "STARTTLS" -> alone(verb, argument, new Command.StartTls());
            case "VRFY" -> argument.isEmpty() ? malformed(verb, 501, "5.5.4", "VRFY needs a name or an address") : new Command.Vrfy(argument);
            case "EXPN" -> argument.isEmpty() ? malformed(verb, 501, "5.5.4", "EXPN needs the name of a list") : new Command.Expn(argument);
            case "HELP" -> new Command.Help(argument);
            case "NOOP" -> new Command.Noop();
            case "AUTH" -> auth(argument);
            case "XSITE" -> xsite(argument);
            case "XCLIENT" -> xclient(argument);
            case "ETRN" -> etrn(argument);
            default -> new Command.Unrecognised(harmlessVerb(verb));
        };
    }

    private static String harmlessVerb(String verb) {
        StringBuilder harmless = new StringBuilder(VERB_LIMIT);
        for (int i = 0; i < Math.min(verb.length(), VERB_LIMIT); i++) {
            char c = verb.charAt(i);
            harmless.append(Characters.visible(c) ? Character.toUpperCase(c) : '?');
        }
        return harmless.toString();
    }

    private static Command alone(String verb, String argument, Command command) {
        return argument.isEmpty() ? command : malformed(verb, 501, "5.5.4", verb + " stands alone on its line");
    }

    private Command greet(String verb, String name) {
        boolean good = Characters.ascii(name) && (isHost(name) || (malformedName && !name.isEmpty() && name.length() <= NAME_LIMIT));
        return good
                ? new Command.Greet(new Hello(!verb.equals("HELO"), name), verb)
                : malformed(verb, 501, "5.5.4", verb + " needs your host name, or your address in square brackets");
    }

    private static boolean isHost(String name) {
        Cursor cursor = new Cursor(name);
        try {
            if (cursor.peek() == '[') {
                AddressLiteral.parse(cursor);
            } else {
                Domain.parse(cursor);
            }
            return cursor.atEnd();
        } catch (SyntaxProblem e) {
            return false;
        }
    }

    private Command mail(String argument) {
        Cursor cursor = new Cursor(argument);
        ReversePath from;
        try {
            openPath(cursor, "FROM:");
            from = cursor.peek() == '>' ? ReversePath.NULL : new ReversePath.To(mailbox(cursor));
            closePath(cursor);
        } catch (SyntaxProblem e) {
            return malformed("MAIL", 501, "5.1.7", "Not MAIL FROM:<address>: " + e.getMessage());
        }
        try {
            MailParameters parameters = ParameterParser.mail(cursor);
            boolean ascii = !(from instanceof ReversePath.To to) || to.mailbox().isAscii();
            // RFC 6531 §3.5: 553 with 5.6.7 where a non-ASCII address is not permitted; §3.4: it is only with the parameter.
            return ascii || parameters.smtpUtf8()
                    ? new Command.Mail(from, parameters)
                    : malformed("MAIL", 553, "5.6.7", "An address that is not US-ASCII needs the parameter SMTPUTF8");
        } catch (ParameterParser.Refused e) {
            return new Command.Malformed("MAIL", e.reply());
        }
    }

    private Command rcpt(String argument) {
        Cursor cursor = new Cursor(argument);
        ForwardPath to;
        try {
            openPath(cursor, "TO:");
            to = forwardPath(cursor);
            closePath(cursor);
        } catch (SyntaxProblem e) {
            return malformed("RCPT", 501, "5.1.3", "Not RCPT TO:<address>: " + e.getMessage());
        }
        try {
            return new Command.Rcpt(to, ParameterParser.rcpt(cursor));
        } catch (ParameterParser.Refused e) {
            return new Command.Malformed("RCPT", e.reply());
        }
    }

    private void openPath(Cursor cursor, String keyword) throws SyntaxProblem {
        if (!cursor.skipIgnoringCase(keyword)) {
            throw cursor.problem("expected '" + keyword + "'");
        }
        if (spaceAfterColon) {
            cursor.skipWhiteSpace();
        }
        cursor.expect('<');
    }

    private static void closePath(Cursor cursor) throws SyntaxProblem {
        cursor.expect('>');
        if (!cursor.atEnd() && cursor.peek() != ' ') {
            throw cursor.problem("expected a blank behind '>'");
        }
    }

    private static ForwardPath forwardPath(Cursor cursor) throws SyntaxProblem {
        int start = cursor.position();
        // RFC 5321 §4.1.1.3: <Postmaster>, in either case, is the one recipient without a domain.
        if (cursor.skipIgnoringCase("postmaster") && cursor.peek() == '>') {
            return new ForwardPath.Postmaster();
        }
        cursor.reset(start);
        return new ForwardPath.To(mailbox(cursor));
    }

    private static Mailbox mailbox(Cursor cursor) throws SyntaxProblem {
        // Not done: RFC 5321 §4.1.2 and Appendix F.2: source routes are read and dropped.
        if (cursor.skip('@')) {
            Domain.parse(cursor);
            while (cursor.skip(',')) {
                cursor.expect('@');
                Domain.parse(cursor);
            }
            cursor.expect(':');
        }
        return Mailbox.parse(cursor);
    }

    private static Command bdat(String argument) {
        Cursor cursor = new Cursor(argument);
        String digits = cursor.takeWhile(Characters::digit);
        boolean last = cursor.skip(' ') && cursor.skipIgnoringCase("LAST");
        // RFC 3030 §2: the size is a number of any length; one of more than 18 digits is no size of this world.
        boolean good = !digits.isEmpty() && digits.length() <= 18 && cursor.atEnd();
        return good
                ? new Command.Bdat(Long.parseLong(digits), last)
                : malformed("BDAT", 501, "5.5.4", "Not BDAT size, or BDAT size LAST");
    }

    private static Command auth(String argument) {
        Cursor cursor = new Cursor(argument);
        String mechanism = cursor.takeWhile(c -> c < 128 && (Characters.letterOrDigit(c) || c == '-' || c == '_'));
        String initial = cursor.skip(' ') ? cursor.rest() : "";
        // RFC 4422 §3.1: a mechanism's name has 1 to 20 characters.
        boolean good = !mechanism.isEmpty() && mechanism.length() <= 20 && cursor.atEnd() && (initial.equals("=") || isBase64(initial));
        return good
                ? new Command.Auth(mechanism.toUpperCase(Locale.ROOT), initial)
                : malformed("AUTH", 501, "5.5.4", "Not AUTH mechanism, or AUTH mechanism initial-response");
    }

    private static Command xsite(String nonce) {
        boolean good = nonce.length() == Command.Xsite.NONCE;
        for (int i = 0; good && i < nonce.length(); i++) {
            char c = nonce.charAt(i);
            good = c < 128 && (Characters.letterOrDigit(c) || c == '-' || c == '_');
        }
        return good ? new Command.Xsite(nonce) : malformed("XSITE", 501, "5.5.4", "XSITE needs 16 octets in base64url, " + Command.Xsite.NONCE + " characters");
    }

    private static Command etrn(String argument) {
        boolean queue = argument.startsWith("#");
        boolean below = argument.startsWith("@");
        try {
            if (queue && argument.length() > 1 && argument.indexOf(' ') < 0) {
                return new Command.Etrn(null, false);
            }
            return new Command.Etrn(Domain.parse(below ? argument.substring(1) : argument), below);
        } catch (SyntaxProblem e) {
            return malformed("ETRN", 501, "5.5.4", "Not ETRN domain, or ETRN @domain: " + e.getMessage());
        }
    }

    private static Command xclient(String argument) {
        try {
            return new Command.Xclient(ClientAttributes.xclient(argument));
        } catch (SyntaxProblem e) {
            return malformed("XCLIENT", 501, "5.5.4", "Not XCLIENT attribute=value: " + e.getMessage());
        }
    }

    private static boolean isBase64(String text) {
        int end = text.length();
        for (int pad = 0; pad < 2 && end > 0 && text.charAt(end - 1) == '='; pad++) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c > 127 || !(Characters.letterOrDigit(c) || c == '+' || c == '/')) {
                return false;
            }
        }
        return text.length() % 4 == 0;
    }

    private static Command malformed(String verb, int code, String status, String text) {
        return new Command.Malformed(verb, Reply.of(code, status, text));
    }
}
