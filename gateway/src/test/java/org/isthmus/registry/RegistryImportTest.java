// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.isthmus.config.ConfigLoader;
import org.isthmus.config.Problem;
import org.isthmus.config.Settings;
import org.isthmus.platform.live.LivePlatform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryImportTest {
    private static final String KEY = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n";
    private static final Charset WESTERN = Charset.forName("windows-1252");

    private static byte[] old(String values) {
        return ("REGEDIT4\r\n\r\n" + KEY + values.replace("\n", "\r\n") + "\r\n").getBytes(WESTERN);
    }

    private static byte[] wide(String values, Charset charset) {
        return ("\uFEFFWindows Registry Editor Version 5.00\r\n\r\n" + KEY + values.replace("\n", "\r\n") + "\r\n").getBytes(charset);
    }

    private static String text(byte[] export) {
        RegistryImport.Imported imported = RegistryImport.of("old.reg", export);
        assertThat(imported.problems()).isEmpty();
        return imported.text().orElseThrow();
    }

    private static List<String> problems(byte[] export) {
        RegistryImport.Imported imported = RegistryImport.of("old.reg", export);
        assertThat(imported.text()).isEmpty();
        return imported.problems().stream().map(Problem::text).toList();
    }

    /// What our own loader makes of it, beside the one thing a fragment cannot know.
    private static Settings settings(byte[] export) {
        return loaded(text(export));
    }

    private static Settings loaded(String fragment) {
        return ConfigLoader.parse(fragment + "\nconnector.hostname = \"mx1.example.com\"").orThrow();
    }

    private static String multi(String... texts) {
        StringBuilder octets = new StringBuilder();
        for (String text : texts) {
            for (byte octet : (text + "\0").getBytes(StandardCharsets.UTF_16LE)) {
                octets.append(String.format("%02x,", octet));
            }
        }
        return "hex(7):" + octets + "00,00";
    }

    // ---- the setting of the article

    @Test
    void theArticlesOwnSetting() {
        assertThat(settings(old("\"DisableLoopbackConnections\"=dword:00000001")).loop().loopback().policy()).isEqualTo(Settings.Loopback.REJECT);
        assertThat(settings(old("\"DisableLoopbackConnections\"=dword:00000000")).loop().loopback().policy()).isEqualTo(Settings.Loopback.SEND);
        assertThat(settings(old("\"DisableLoopbackConnections\"=dword:ffffffff")).loop().loopback().policy()).isEqualTo(Settings.Loopback.REJECT);
    }

    @Test
    void itsOtherSpelling() {
        assertThat(settings(old("\"DisableLoopbackConnection\"=dword:1")).loop().loopback().policy()).isEqualTo(Settings.Loopback.REJECT);
        String both = text(old("\"DisableLoopbackConnection\"=dword:1\n\"DisableLoopbackConnections\"=dword:2"));
        assertThat(both).containsOnlyOnce("loop { loopback = reject }").contains("# DisableLoopbackConnection = 1 (old.reg:4): ", "# DisableLoopbackConnections = 2 (old.reg:5): ");
        assertThat(loaded(both).loop().loopback().policy()).isEqualTo(Settings.Loopback.REJECT);
    }

    @Test
    void bothSpellingsThatContradictEachOtherAreAnError() {
        assertThat(problems(old("\"DisableLoopbackConnection\"=dword:0\n\"DisableLoopbackConnections\"=dword:1"))).hasSize(2).allMatch(text -> text.contains("contradicts"));
    }

    @Test
    void itsAbsenceIsTold() {
        assertThat(text(old(""))).contains("loop { loopback = send }");
        assertThat(settings(old("")).loop().loopback().policy()).isEqualTo(Settings.Loopback.TURN_AROUND);
    }

    // ---- the form of the file

    @Test
    void version5InEitherOrderOfOctets() {
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_8)) {
            byte[] export = wide("\"DisableLoopbackConnections\"=dword:00000001\n\"SiteDomain\"=\"b\u00FCro.example\"", charset);
            assertThat(settings(export).loop().loopback().policy()).as(charset.name()).isEqualTo(Settings.Loopback.REJECT);
            assertThat(settings(export).connector().postmaster().text()).endsWith("@b\u00FCro.example");
        }
    }

    @Test
    void version5WithoutItsMark() {
        byte[] marked = wide("\"DisableLoopbackConnections\"=dword:00000001", StandardCharsets.UTF_16LE);
        byte[] bare = java.util.Arrays.copyOfRange(marked, 2, marked.length);
        assertThat(settings(bare).loop().loopback().policy()).isEqualTo(Settings.Loopback.REJECT);
    }

    @Test
    void theOldFormIsWesternEuropean() {
        assertThat(text(old("\"RootDir\"=\"D:\\\\B\u00FCro\\\\Imcdata\""))).contains("# RootDir = \"D:\\B\u00FCro\\Imcdata\" (old.reg:4): no counterpart");
    }

    @Test
    void octetsGoOnOverSeveralLines() {
        String value = "\"RelayFlags\"=dword:00000002\n\"RelayAllowList\"=hex(7):31,00,30,00,2e,00,31,00,2e,00,\\\n  30,00,2e,00,30,00,3b,00,32,00,35,00,35,00,2e,00,32,00,35,00,35,00,\\\n  2e,00,30,00,2e,00,30,00,00,00,00,00";
        assertThat(settings(wide(value, StandardCharsets.UTF_16LE)).trustedNetworks().toString()).isEqualTo("[10.1.0.0/16]");
    }

    @Test
    void theOldFormWritesOneOctetACharacter() {
        String value = "\"RelayFlags\"=dword:00000002\n\"RelayAllowList\"=hex(7):31,30,2e,31,2e,32,2e,33,00,\\\n  31,30,2e,31,2e,32,2e,34,00,00";
        assertThat(settings(old(value)).trustedNetworks().toString()).isEqualTo("[10.1.2.3/32, 10.1.2.4/32]");
    }

    @Test
    void expandedTextsAndNumbersInOctets() {
        String text = text(wide("\"RootDir\"=hex(2):25,00,78,00,25,00,00,00\n\"DisableLoopbackConnections\"=hex(4):01,00,00,00\n\"CommonName\"=hex(1):61,00,00,00", StandardCharsets.UTF_16LE));
        assertThat(text).contains("# RootDir = \"%x%\"", "loop { loopback = reject }", "# CommonName = \"a\"");
    }

    @Test
    void aTextMayHaveLineEndsAndQuotes() {
        String export = text(old(";comment\n\"TurfDir\"=\"C:\\\\a \\\"b\\\"\nloop { loopback = hold }\"\n\"DisableETRN\"=dword:1\n@=\"x\""));
        assertThat(export).contains("# TurfDir = \"C:\\a \"b\" loop { loopback = hold }\"", "# DisableETRN = 1", "# (Default) = \"x\"");
        assertThat(loaded(export).loop().loopback().policy()).isEqualTo(Settings.Loopback.TURN_AROUND);
    }

    @Test
    void keysOfTheExtensionAndOfTheStoreBelongToIt() {
        String export = text(("REGEDIT4\n" + KEY + "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters\\Extension]\n\"InboundAppend\"=\"hello\"\n"
                + "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS\\ParametersSystem\\InternetContent]\n\"LimitNestingLevels\"=dword:1e\n"
                + "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC]\n\"ImagePath\"=\"x\"\n"
                + "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Performance]\n\"Library\"=\"y\"\n").getBytes(WESTERN));
        assertThat(export).contains("# InboundAppend = \"hello\" (old.reg:4)", "# LimitNestingLevels = 30 (0x1E) (old.reg:6)", "# ImagePath = \"x\" (old.reg:8): no counterpart", "# Library");
    }

    // ---- what the values mean

    @Test
    void everyKnownValueIsTakenAndTheWholeLoads() {
        List<String> keys = List.of("MSExchangeIMC\\Parameters", "MSExchangeIMC\\Parameters\\Extension", "MSExchangeIS\\ParametersSystem", "MSExchangeIS\\ParametersSystem\\InternetContent");
        StringBuilder export = new StringBuilder("Windows Registry Editor Version 5.00\n");
        int count = 0;
        for (String key : keys) {
            export.append("[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\").append(key).append("]\n");
            for (Known known : KnownValues.table()) {
                if (key.endsWith("\\" + known.key())) {
                    export.append('"').append(known.name()).append("\"=").append(sample(known)).append('\n');
                    count++;
                }
            }
        }
        assertThat(count).isEqualTo(KnownValues.table().size());
        String text = text(export.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(text.lines().filter(line -> line.contains("(old.reg:")).count()).isEqualTo(count);
        assertThat(KnownValues.table()).allSatisfy(known -> assertThat(text).contains("# " + known.name() + " = "));
        Settings settings = loaded(text);
        assertThat(settings.limits().messageSize().octets()).isEqualTo(1);
        assertThat(settings.connector().postmaster().text()).isEqualTo("postmaster@example.com");
    }

    private static String sample(Known known) {
        if (known.name().equals("SiteDomain")) {
            return "\"@example.com\"";
        }
        return switch (known.kind()) {
            case DWORD -> "dword:1";
            case SZ, ANY -> "\"text\"";
            case MULTI_SZ -> multi("10.0.0.0;255.0.0.0");
        };
    }

    @Test
    void sizes() {
        assertThat(settings(old("\"InboundSizeLimit\"=dword:00a00000")).limits().messageSize().octets()).isEqualTo(10 << 20);
        assertThat(settings(old("\"InboundSizeLimit\"=dword:ffffffff")).limits().messageSize().octets()).isEqualTo(0xFFFFFFFFL);
        assertThat(settings(old("\"InboundSizeLimit\"=dword:0")).limits().messageSize().octets()).isEqualTo(50 << 20);
        assertThat(text(old("\"OutboundSizeLimit\"=dword:400"))).contains("max-size = 1 KiB");
    }

    private static byte[] extension(String values) {
        return ("REGEDIT4\n" + KEY + "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters\\Extension]\n" + values).getBytes(WESTERN);
    }

    @Test
    void journalsAreCopies() {
        Settings both = settings(extension("\"InboundJournal\"=\"SMTP:in@example.com\"\n\"OutboundJournal\"=\"out@example.com\""));
        assertThat(both.addressing().copies()).hasSize(2);
        assertThat(both.addressing().copies().toString()).contains("in@example.com", "out@example.com", "IN", "OUT");
        assertThat(settings(extension("\"OutboundJournal\"=\"out@example.com\"")).addressing().copies()).hasSize(1);
        assertThat(text(extension("\"InboundJournal\"=\"/o=Org/ou=Site/cn=Journal\""))).contains("names no Internet address");
        assertThat(settings(extension("\"InboundJournal\"=\"/o=Org/ou=Site/cn=Journal\"\n\"OutboundJournal\"=\"a\\\"b@example.com\"")).addressing().copies()).isEmpty();
    }

    @Test
    void whoMightRelayMayWithoutWhoMightNot() {
        Settings settings = settings(wide("\"RelayFlags\"=dword:3\n\"RelayDenyList\"=" + multi("10.0.0.0;255.192.0.0", "192.0.2.7") + "\n\"RelayAllowList\"="
                + multi("10.0.0.0;255.0.0.0", "192.0.2.7;255.255.255.255", "198.51.100.1"), StandardCharsets.UTF_16LE));
        assertThat(settings.trustedNetworks().toString()).isEqualTo("[10.64.0.0/10, 10.128.0.0/9, 198.51.100.1/32]");
    }

    @Test
    void listsThatDidNotCountDoNotCountHere() {
        String allow = "\"RelayAllowList\"=" + multi("10.0.0.0;255.0.0.0");
        assertThat(settings(wide(allow, StandardCharsets.UTF_16LE)).trustedNetworks()).isEmpty();
        assertThat(settings(wide("\"RelayFlags\"=dword:1\n" + allow, StandardCharsets.UTF_16LE)).trustedNetworks()).isEmpty();
        assertThat(text(wide("\"RelayFlags\"=dword:9\n" + allow, StandardCharsets.UTF_16LE))).contains("everybody not denied might relay, which is not carried over", "authenticat");
    }

    @Test
    void nobodyIsMadeAnOpenRelay() {
        String everybody = "\"RelayFlags\"=dword:2\n\"RelayAllowList\"=" + multi("0.0.0.0;0.0.0.0");
        assertThat(settings(wide(everybody, StandardCharsets.UTF_16LE)).trustedNetworks()).isEmpty();
    }

    @Test
    void anEntryThatNeverMatchedIsNamedAndLeftOut() {
        byte[] export = wide("\"RelayFlags\"=dword:2\n\"RelayAllowList\"=" + multi("10.1.2.3;255.255.255.0", "10.9.0.0;255.255.0.0"), StandardCharsets.UTF_16LE);
        assertThat(settings(export).trustedNetworks().toString()).isEqualTo("[10.9.0.0/16]");
        assertThat(text(export)).contains("never matched a client, having bits outside the mask (Q258140): the entries for 10.1.2.0/24");
    }

    @Test
    void networksWithoutOthersAreExactlyThat() {
        Random random = new Random(4);
        for (int round = 0; round < 200; round++) {
            List<org.isthmus.config.Cidr> allowed = nets(random, 3);
            List<org.isthmus.config.Cidr> denied = nets(random, 3);
            List<org.isthmus.config.Cidr> left = Networks.without(allowed, denied);
            for (int i = 0; i < 256; i++) {
                java.net.InetAddress one = java.net.InetAddress.ofLiteral("10.0.0." + i);
                boolean expected = allowed.stream().anyMatch(net -> net.contains(one)) && denied.stream().noneMatch(net -> net.contains(one));
                assertThat(left.stream().anyMatch(net -> net.contains(one))).as("%s in %s without %s", one, allowed, denied).isEqualTo(expected);
            }
        }
    }

    private static List<org.isthmus.config.Cidr> nets(Random random, int count) {
        List<org.isthmus.config.Cidr> nets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int bits = 24 + random.nextInt(9);
            int net = random.nextInt(256) & -(1 << (32 - bits));
            nets.add(org.isthmus.config.Cidr.parse("10.0.0." + net + "/" + bits));
        }
        return nets;
    }

    @Test
    void theFragmentStandsBesideAWholeConfiguration(@TempDir Path folder) throws IOException {
        Files.createDirectory(folder.resolve("conf.d"));
        Files.writeString(folder.resolve("isthmus.conf"), """
                connector { hostname = "mx1.example.com", postmaster = "me@example.com" }
                domains { "example.com" { recipients = any, deliver-to = store } }
                next-hops { store { url = "lmtp://127.0.0.1:24" } }
                loop { hop-limit = 60 }
                limits { recipients = 500 }
                """);
        byte[] export = old("\"DisableLoopbackConnections\"=dword:1\n\"InboundSizeLimit\"=dword:00100000\n\"SiteDomain\"=\"example.com\"");
        Files.writeString(folder.resolve("conf.d/imported.conf"), text(export));
        Settings settings = ConfigLoader.load(folder.resolve("isthmus.conf"), name -> null, LivePlatform.open(List::of).platform().disk()).orThrow();
        assertThat(settings.loop().hopLimit()).isEqualTo(60);
        assertThat(settings.loop().loopback().policy()).isEqualTo(Settings.Loopback.REJECT);
        assertThat(settings.limits().messageSize().octets()).isEqualTo(1 << 20);
        assertThat(settings.limits().recipients()).isEqualTo(500);
        assertThat(settings.connector().postmaster().text()).isEqualTo("postmaster@example.com");
    }

    // ---- what is wrong

    @Test
    void anUnknownValueIsAnErrorWithWhatWasMeant() {
        assertThat(problems(old("\"DisableLoopbackConections\"=dword:1\n\"Zebra\"=\"x\"\n\"disableETRN\"=dword:1"))).containsExactly(
                "old.reg:4: error: unknown value \"DisableLoopbackConections\" in [...\\Parameters]; did you mean \"DisableLoopbackConnections\"? [unknown-value]",
                "old.reg:5: error: unknown value \"Zebra\" in [...\\Parameters] [unknown-value]",
                "old.reg:6: error: unknown value \"disableETRN\" in [...\\Parameters]; did you mean \"DisableETRN\"? [unknown-value]");
    }

    @Test
    void aWrongTypeIsAnError() {
        assertThat(problems(old("\"DisableLoopbackConnections\"=\"1\"\n\"SiteDomain\"=dword:1\n\"RelayAllowList\"=\"10.0.0.0\""))).containsExactly(
                "old.reg:4: error: DisableLoopbackConnections is REG_SZ; expected REG_DWORD [wrong-type]",
                "old.reg:5: error: SiteDomain is REG_DWORD; expected REG_SZ [wrong-type]",
                "old.reg:6: error: RelayAllowList is REG_SZ; expected REG_MULTI_SZ [wrong-type]");
    }

    @Test
    void aBadValueIsAnError() {
        assertThat(problems(wide("\"SiteDomain\"=\"a b\"\n\"RelayDenyList\"=" + multi("10.0.0.0;255.0.255.0") + "\n\"RelayLocalIPList\"=" + multi("host"), StandardCharsets.UTF_16LE))).hasSize(3)
                .anyMatch(text -> text.startsWith("old.reg:4: error: SiteDomain = \"a b\" is no domain name"))
                .anyMatch(text -> text.startsWith("old.reg:5: error: RelayDenyList = [10.0.0.0;255.0.255.0] the entry \"10.0.0.0;255.0.255.0\" has a mask with gaps"))
                .anyMatch(text -> text.startsWith("old.reg:6: error: RelayLocalIPList = [host] the entry \"host\" has \"host\", which is no IPv4 address"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\"DisableETRN\"=dword:0000000g", "\"DisableETRN\"=dword:", "\"DisableETRN\"=dword:123456789", "\"DisableETRN\"", "\"DisableETRN", "\"DisableETRN\"=", "\"DisableETRN\"=1",
        "\"DisableETRN\"=-", "\"DisableETRN\"=hex(4):01,00", "\"DisableETRN\"=hex(9):00", "\"DisableETRN\"=hex:0x,00", "\"DisableETRN\"=hex:00,\\", "\"DisableETRN\"=hex:00,\\\n\n",
        "\"RootDir\"=\"abc", "\"RootDir\"=\"abc\" more", "\"RelayAllowList\"=hex(7):31,00,30", "nonsense", "\"DisableETRN\"=dword:1\n\"DisableETRN\"=dword:1", "[x", "[-HKEY_LOCAL_MACHINE\\x]", "[]"
    })
    void aBrokenLineIsAnErrorWithItsLine(String line) {
        assertThat(problems(wide(line, StandardCharsets.UTF_16LE))).hasSize(1).allMatch(text -> text.matches("(?s)old\\.reg:[45]: error: .*"));
    }

    @Test
    void aBrokenFileIsAnError() {
        assertThat(problems(new byte[0])).containsExactly("old.reg:1: error: the file is empty; an export of the registry begins with REGEDIT4 or \"Windows Registry Editor Version 5.00\" [not-an-export]");
        assertThat(problems("Hello\n".getBytes(WESTERN))).hasSize(1).allMatch(text -> text.contains("\"Hello\"; an export"));
        byte[] odd = wide("\"DisableETRN\"=dword:1", StandardCharsets.UTF_16LE);
        assertThat(problems(java.util.Arrays.copyOf(odd, odd.length - 1))).hasSize(1).allMatch(text -> text.contains("[not-an-export]"));
        assertThat(problems("REGEDIT4\n\"DisableETRN\"=dword:1".getBytes(WESTERN))).hasSize(1).allMatch(text -> text.contains("before the first [key]"));
        assertThat(problems("REGEDIT4\n".getBytes(WESTERN))).hasSize(1).allMatch(text -> text.contains("[no-parameters]"));
        assertThat(problems("REGEDIT4\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\MSExchangeIMC\\Parmeters]\n".getBytes(WESTERN))).hasSize(1).allMatch(text -> text.contains("did you mean \"Parameters\"?"));
    }

    @Test
    void noFileHoweverBrokenDoesMoreThanBeingRefused() {
        byte[] good = wide("\"RelayFlags\"=dword:2\n\"RelayAllowList\"=" + multi("10.0.0.0;255.0.0.0") + "\n\"RootDir\"=\"C:\\\\x\"\n\"SiteDomain\"=\"example.com\"", StandardCharsets.UTF_16LE);
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            byte[] bent = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
            }
            RegistryImport.Imported imported = RegistryImport.of("old.reg", java.util.Arrays.copyOf(bent, random.nextInt(8) == 0 ? random.nextInt(bent.length) : bent.length));
            assertThat(imported.text().isEmpty()).isEqualTo(!imported.problems().isEmpty());
            imported.text().ifPresent(RegistryImportTest::loaded);
        }
    }
}
