// SPDX-License-Identifier: Apache-2.0
package org.isthmus.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.isthmus.address.ForwardPath;
import org.isthmus.address.Mailbox;
import org.isthmus.address.ReversePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandParserTest {
    private static final CommandParser STRICT = new CommandParser(Set.of());
    private static final CommandParser LENIENT = new CommandParser(EnumSet.allOf(Leniency.class));

    private static Command parse(CommandParser parser, String line) {
        byte[] octets = ("xx" + line + "\r\n").getBytes(UTF_8);
        return parser.parse(octets, 2, octets.length - 4);
    }

    private static Command parse(String line) {
        return parse(STRICT, line);
    }

    private static MailParameters mail(String parameters) {
        return ((Command.Mail) parse("MAIL FROM:<a@b.example>" + parameters)).parameters();
    }

    private static RcptParameters rcpt(String parameters) {
        return ((Command.Rcpt) parse("RCPT TO:<a@b.example>" + parameters)).parameters();
    }

    @Test
    void readsTheCommandsThatStandAlone() {
        assertThat(parse("DATA")).isEqualTo(new Command.Data());
        assertThat(parse("rset")).isEqualTo(new Command.Rset());
        assertThat(parse("QuIt")).isEqualTo(new Command.Quit());
        assertThat(parse("STARTTLS")).isEqualTo(new Command.StartTls());
        assertThat(parse("xsite AAECAwQFBgcICQoLDA0-_w")).isEqualTo(new Command.Xsite("AAECAwQFBgcICQoLDA0-_w"));
        assertThat(parse("NOOP")).isEqualTo(new Command.Noop());
        assertThat(parse("NOOP whatever it is")).isEqualTo(new Command.Noop());
        assertThat(parse("HELP")).isEqualTo(new Command.Help(""));
        assertThat(parse("HELP mail from")).isEqualTo(new Command.Help("mail from"));
        assertThat(parse("VRFY joe")).isEqualTo(new Command.Vrfy("joe"));
        assertThat(parse("EXPN a list")).isEqualTo(new Command.Expn("a list"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATA ", "DATA\t", "DATA \t  "})
    void toleratesTrailingWhiteSpace(String line) {
        assertThat(parse(line)).isEqualTo(new Command.Data());
    }

    @ParameterizedTest
    @CsvSource({
        "EHLO mx.example.org, EHLO, true", "HELO mx.example.org, HELO, false", "LHLO mx, LHLO, true", "ehlo [192.0.2.1], EHLO, true", "EHLO [IPv6:2001:db8::1], EHLO, true",
        "EHLO my_host, EHLO, true", "EHLO   mx, EHLO, true", "EHLO 192.0.2.1, EHLO, true"
    })
    void readsGreetings(String line, String verb, boolean extended) {
        String name = line.substring(5).strip();
        assertThat(parse(line)).isEqualTo(new Command.Greet(new Hello(extended, name), verb));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HELO -mx", "EHLO a..b", "EHLO mx.", "EHLO [1.2.3]", "EHLO [IPv6:1.2.3.4.5]", "HELO a b", "EHLO mx!", "EHLO [192.0.2.1]x"})
    void namesThatAreNoHostNeedLeniency(String line) {
        assertThat(parse(line)).isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("501 5.5.4"));
        assertThat(parse(LENIENT, line)).isInstanceOf(Command.Greet.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO", "HELO ", "EHLO m\u00fcller.example"})
    void aNameThereMustBe(String line) {
        assertThat(parse(LENIENT, line)).isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("501 5.5.4"));
    }

    @Test
    void readsPaths() {
        assertThat(parse("MAIL FROM:<>")).isEqualTo(new Command.Mail(ReversePath.NULL, MailParameters.NONE));
        assertThat(parse("mail from:<a@b.example>")).isEqualTo(new Command.Mail(new ReversePath.To(Mailbox.of("a@b.example")), MailParameters.NONE));
        assertThat(parse("RCPT TO:<\"a>b c\"@[192.0.2.1]>")).isEqualTo(new Command.Rcpt(new ForwardPath.To(Mailbox.of("\"a>b c\"@[192.0.2.1]")), RcptParameters.NONE));
        assertThat(parse("RCPT TO:<pOSTMASTEr>")).isEqualTo(new Command.Rcpt(new ForwardPath.Postmaster(), RcptParameters.NONE));
        assertThat(parse("RCPT TO:<postmaster@b.example>")).isEqualTo(new Command.Rcpt(new ForwardPath.To(Mailbox.of("postmaster@b.example")), RcptParameters.NONE));
        assertThat(parse("RCPT TO:<postmasters@b.example>")).isEqualTo(new Command.Rcpt(new ForwardPath.To(Mailbox.of("postmasters@b.example")), RcptParameters.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<@x.example:a@b.example>", "<@x.example,@y.example:a@b.example>"})
    void dropsSourceRoutes(String path) {
        assertThat(parse("RCPT TO:" + path)).isEqualTo(new Command.Rcpt(new ForwardPath.To(Mailbox.of("a@b.example")), RcptParameters.NONE));
        assertThat(parse("MAIL FROM:" + path)).isEqualTo(new Command.Mail(new ReversePath.To(Mailbox.of("a@b.example")), MailParameters.NONE));
    }

    @Test
    void aSpaceAfterTheColonNeedsLeniency() {
        assertThat(parse("MAIL FROM: <a@b.example>")).isInstanceOf(Command.Malformed.class);
        assertThat(parse(LENIENT, "MAIL FROM: <a@b.example>")).isInstanceOf(Command.Mail.class);
        assertThat(parse(LENIENT, "RCPT TO:  <a@b.example>")).isInstanceOf(Command.Rcpt.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "<a>", "a@b.example", "<a@b.example", "a@b.example>", "<a@b.example>x", "<@b.example>", "<a@>", "<a b@c>", "<a@b@c>", "<@x:>", "<@x,y:a@b>", "<a@b..c>", "<.a@b>", "<a.@b>",
        "<a..b@c>", "<\"a@b>", "<\"\"@b>", "<a@[1.2.3.4]", "<a@[1.2.3.400]>", "<a@b> >", "<<a@b>>", "", "<a@b.>", "<a\\b@c>", "<a@-b>", "<a@b\uff20c.example>"
    })
    void refusesWhatIsNoPath(String path) {
        assertThat(parse(LENIENT, "MAIL FROM:" + path))
                .isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).matches("501 5\\.(1\\.7|5\\.4) .*"));
        assertThat(parse(LENIENT, "RCPT TO:" + path))
                .isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).matches("501 5\\.(1\\.3|5\\.4) .*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RCPT TO:<>", "MAIL FROM:<Postmaster>", "MAIL", "RCPT", "MAIL TO:<a@b>", "RCPT FROM:<a@b>", "MAIL FROM<a@b>", "MAIL FROM :<a@b>", "MAILFROM:<a@b> "})
    void refusesPathsInTheWrongPlace(String line) {
        assertThat(parse(LENIENT, line)).isInstanceOfAny(Command.Malformed.class, Command.Unrecognised.class);
    }

    @Test
    void localPartsHaveAtMost64Octets() {
        assertThat(parse("RCPT TO:<" + "x".repeat(64) + "@b>")).isInstanceOf(Command.Rcpt.class);
        assertThat(parse("RCPT TO:<" + "x".repeat(65) + "@b>")).isInstanceOf(Command.Malformed.class);
        assertThat(parse("RCPT TO:<a@" + "x".repeat(64) + ".b>")).isInstanceOf(Command.Malformed.class);
    }

    @Test
    void readsTheParametersOfMail() {
        assertThat(mail(" SIZE=1000").size()).isEqualTo(OptionalLong.of(1000));
        assertThat(mail(" size=99999999999999999999").size()).isEqualTo(OptionalLong.of(Long.MAX_VALUE));
        assertThat(mail(" BODY=8bitmime").body()).isEqualTo(BodyType.EIGHTBITMIME);
        assertThat(mail(" BODY=BINARYMIME").body()).isEqualTo(BodyType.BINARYMIME);
        assertThat(mail(" BODY=7BIT").body()).isEqualTo(BodyType.SEVENBIT);
        assertThat(mail(" SMTPUTF8").smtpUtf8()).isTrue();
        assertThat(mail(" requiretls").tls()).isEqualTo(TlsWish.REQUIRED);
        assertThat(mail("").tls()).isEqualTo(TlsWish.UNSAID);
        assertThat(mail(" RET=HDRS ENVID=QQ+2B3+3D4").envelopeId()).isEqualTo("QQ+3=4");
        assertThat(mail(" RET=full").returnContent()).isEqualTo(ReturnContent.FULL);
        assertThat(mail(" AUTH=<>")).isEqualTo(MailParameters.NONE);
        assertThat(mail(" AUTH=a+3Db@x")).isEqualTo(MailParameters.NONE);
        assertThat(mail(" ENVID=" + "x".repeat(100)).envelopeId()).hasSize(100);
        assertThat(mail("  ")).isEqualTo(MailParameters.NONE);
    }

    @Test
    void readsTheParametersOfRcpt() {
        assertThat(rcpt(" NOTIFY=NEVER").reportOn()).isEmpty();
        assertThat(rcpt(" NOTIFY=success,Failure").reportOn()).containsExactlyInAnyOrder(ReportOn.SUCCESS, ReportOn.FAILURE);
        assertThat(rcpt(" NOTIFY=DELAY ORCPT=rfc822;Bob+2Bx@b.example"))
                .isEqualTo(new RcptParameters(Set.of(ReportOn.DELAY), new OriginalRecipient("rfc822", "Bob+x@b.example")));
        assertThat(rcpt(" ORCPT=utf-8;b\\x{FC}b@x").originalRecipient()).isEqualTo(new OriginalRecipient("utf-8", "b\u00fcb@x"));
        assertThat(rcpt(" ORCPT=utf-8;b\u00fcb@x").originalRecipient()).isEqualTo(new OriginalRecipient("utf-8", "b\u00fcb@x"));
        assertThat(rcpt("").reportOn()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        " SIZE", " SIZE=", " SIZE=-1", " SIZE=1x", " SIZE=123456789012345678901", " BODY", " BODY=9BIT", " SMTPUTF8=yes", " REQUIRETLS=yes", " REQUIRETLS REQUIRETLS", " RET=ALL", " RET", " ENVID=a+b", " ENVID=+0D+0A", " ENVID=+C3+BC",
        " SIZE=1 SIZE=1", " SIZE=1 size=2", "  SIZE=1", " SIZE=1  BODY=7BIT", " =1", " -X=1", " SIZE=1=2", " AUTH=a=b", " AUTH", " SI\u00dcE=1", " SIZE =1", " BODY=7BIT,8BITMIME"
    })
    void refusesMalformedParametersOfMail(String parameters) {
        assertThat(parse("MAIL FROM:<a@b>" + parameters))
                .isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("501 5.5.4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        " NOTIFY", " NOTIFY=", " NOTIFY=NEVER,SUCCESS", " NOTIFY=SUCCESS,", " NOTIFY=X", " ORCPT=a@b", " ORCPT=;a@b", " ORCPT=rfc822;", " ORCPT=rfc822;a+0D+0AX:y@b", " ORCPT=rfc822;\u00fc@b",
        " ORCPT=utf-8;a+b", " ORCPT=utf-8;a\\x{0A}b", " ORCPT=utf-8;\\x{D800}", " NOTIFY=NEVER NOTIFY=NEVER", " ORCPT=rf c822;a@b", " ORCPT=(x);a@b"
    })
    void refusesMalformedParametersOfRcpt(String parameters) {
        assertThat(parse("RCPT TO:<a@b>" + parameters))
                .isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("501 5.5.4"));
    }

    @Test
    void parametersHaveLimits() {
        assertThat(parse("MAIL FROM:<a@b> ENVID=" + "x".repeat(101))).isInstanceOf(Command.Malformed.class);
        assertThat(parse("RCPT TO:<a@b> ORCPT=rfc822;" + "x".repeat(500))).isInstanceOf(Command.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<a@b> X-OTHER=1", "MAIL FROM:<a@b> SOLICIT=org.example:ADV", "MAIL FROM:<a@b> NOTIFY=NEVER", "RCPT TO:<a@b> SIZE=1", "RCPT TO:<a@b> FOO"})
    void unknownParametersAre555(String line) {
        assertThat(parse(line)).isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("555 5.5.4"));
    }

    @Test
    void aSenderOutsideAsciiNeedsSmtpUtf8() {
        assertThat(parse("MAIL FROM:<b\u00fcb@x>")).isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("553 5.6.7"));
        assertThat(parse("MAIL FROM:<bob@b\u00fccher.example>")).isInstanceOf(Command.Malformed.class);
        assertThat(parse("MAIL FROM:<b\u00fcb@x> SMTPUTF8")).isInstanceOf(Command.Mail.class);
        assertThat(((Command.Rcpt) parse("RCPT TO:<b\u00fcb@x>")).to())
                .isInstanceOfSatisfying(ForwardPath.To.class, to -> assertThat(to.mailbox().isAscii()).isFalse());
    }

    @ParameterizedTest
    @CsvSource({"BDAT 0, 0, false", "BDAT 100 LAST, 100, true", "bdat 5 last, 5, true", "BDAT 999999999999999999, 999999999999999999, false"})
    void readsChunks(String line, long size, boolean last) {
        assertThat(parse(line)).isEqualTo(new Command.Bdat(size, last));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "BDAT", "BDAT x", "BDAT -1", "BDAT 1 FIRST", "BDAT 1 LAST x", "BDAT 1  LAST", "BDAT 1LAST", "BDAT 9999999999999999999", "DATA x", "RSET x", "QUIT x", "STARTTLS now", "VRFY", "EXPN", "AUTH",
        "AUTH !", "AUTH PLAIN x", "AUTH PLAIN ab=c", "AUTH AVERYLONGMECHANISMNAME"
    })
    void refusesWrongArguments(String line) {
        assertThat(parse(line)).isInstanceOfSatisfying(Command.Malformed.class, m -> {
            assertThat(m.verb()).isEqualTo(line.split(" ")[0]);
            assertThat(m.reply().text()).startsWith("501 5.5.4");
        });
    }

    @Test
    void readsAuth() {
        assertThat(parse("auth plain AGEAYg==")).isEqualTo(new Command.Auth("PLAIN", "AGEAYg=="));
        assertThat(parse("AUTH LOGIN")).isEqualTo(new Command.Auth("LOGIN", ""));
        assertThat(parse("AUTH EXTERNAL =")).isEqualTo(new Command.Auth("EXTERNAL", "="));
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "FOO, FOO", "foo bar, FOO", "GET / HTTP/1.1, GET", "DATA., DATA.", "MAILFROM:<a@b>, MAILFROM:<A@B>"})
    void otherVerbsAreUnrecognised(String line, String verb) {
        assertThat(parse(line)).isEqualTo(new Command.Unrecognised(verb));
    }

    @Test
    void anUnrecognisedVerbIsShortAndHarmless() {
        assertThat(parse("x".repeat(5000))).isEqualTo(new Command.Unrecognised("X".repeat(32)));
        assertThat(parse("d\u00fc")).isEqualTo(new Command.Unrecognised("D?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<a@b>\n", "DATA\0", "NOOP \u001b[2J", "RSET\rRSET", "MAIL\tFROM:<a@b>", "NOOP \u0085", "NOOP \u007f", "\u0001"})
    void controlCharactersAreNoCommand(String line) {
        assertThat(parse(line)).isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("500 5.5.2"));
    }

    @Test
    void octetsThatAreNoUtf8AreNoCommand() {
        byte[] line = {'N', 'O', 'O', 'P', ' ', (byte) 0xC3};
        assertThat(STRICT.parse(line, 0, line.length)).isInstanceOfSatisfying(Command.Malformed.class, m -> assertThat(m.reply().text()).startsWith("500 5.5.2"));
        byte[] overlong = {'N', 'O', 'O', 'P', ' ', (byte) 0xC0, (byte) 0x80};
        assertThat(STRICT.parse(overlong, 0, overlong.length)).isInstanceOf(Command.Malformed.class);
    }

    @Test
    void readsTheExampleOfTheDsnStandard() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/rfc/3461/section-10.1-submission.txt"))) {
            List<Command> commands = new String(in.readAllBytes(), UTF_8).lines().map(CommandParserTest::parse).toList();
            assertThat(commands.getFirst()).isEqualTo(new Command.Mail(new ReversePath.To(Mailbox.of("Alice@Example.ORG")),
                    new MailParameters(OptionalLong.empty(), BodyType.SEVENBIT, false, ReturnContent.HDRS, "QQ314159")));
            List<Command.Rcpt> recipients = commands.stream().skip(1).map(Command.Rcpt.class::cast).toList();
            assertThat(recipients).extracting(r -> r.parameters().reportOn()).containsExactly(Set.of(ReportOn.SUCCESS), Set.of(ReportOn.FAILURE),
                    Set.of(ReportOn.SUCCESS, ReportOn.FAILURE), Set.of(ReportOn.FAILURE), Set.of(), Set.of(ReportOn.FAILURE));
            assertThat(recipients.get(0).parameters().originalRecipient()).isEqualTo(new OriginalRecipient("rfc822", "Bob@Example.COM"));
            assertThat(recipients.get(4).parameters().originalRecipient()).isNull();
        }
    }

    @Test
    void neverThrowsWhateverComes() {
        Random random = new Random(3);
        String[] pieces = {
            "MAIL FROM:", "RCPT TO:", "<", ">", "@", "a", "\"", "\\", "[", "]", "IPv6:", ":", ",", " ", "=", "+", ";", "SIZE", "ORCPT", "utf-8;", "rfc822;", "\\x{", "}", "ENVID", "\u00fc", "\uff20",
            "xn--", "xn--a-\u00fc", ".", "-", "NOTIFY", "EHLO ", "BDAT ", "AUTH ", "9", "\uD83D\uDE00", "\u200b", "\u00ad"
        };
        int seen = 0;
        for (int round = 0; round < 50_000; round++) {
            StringBuilder line = new StringBuilder(random.nextInt(3) == 0 ? "" : "MAIL FROM:<a@");
            for (int n = random.nextInt(10); n > 0; n--) {
                line.append(pieces[random.nextInt(pieces.length)]);
            }
            seen += parse(LENIENT, line.toString()) == null ? 0 : 1;
        }
        assertThat(seen).isEqualTo(50_000);
    }
}
