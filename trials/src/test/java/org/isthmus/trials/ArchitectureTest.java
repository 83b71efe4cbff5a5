// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The rules of ARCHITECTURE.md, read out of that very file.
class ArchitectureTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String BASE = "org.isthmus.";
    private static final List<String> STANDARDS = List.of("syntax", "address", "dns", "smtp", "message", "dsn", "trace", "proxy", "sasl", "mtasts", "dane", "tlsrpt", "dkim");
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importPaths(ROOT.resolve("standards/target/classes"), ROOT.resolve("gateway/target/classes"));

    @Test
    void aPackageUsesOnlyWhatStandsOnItsLine() throws IOException {
        Map<String, Set<String>> table = table();
        Set<String> breaches = new TreeSet<>();
        for (JavaClass one : CLASSES) {
            Set<String> allowed = table.get(room(one));
            for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
                JavaClass other = dependency.getTargetClass();
                if (other.getPackageName().startsWith(BASE) && !room(other).equals(room(one)) && !allowed.contains(room(other))) {
                    breaches.add(one.getName() + " uses " + other.getName());
                }
            }
        }
        assertThat(breaches).isEmpty();
    }

    @Test
    void theTableNamesEveryPackageAndOnlyThoseThatExist() throws IOException {
        Set<String> rooms = new TreeSet<>();
        CLASSES.forEach(one -> rooms.add(room(one)));
        assertThat(new TreeSet<>(table().keySet())).isEqualTo(rooms);
    }

    @Test
    void whatAPackageUsesStandsAboveIt() throws IOException {
        Set<String> above = new LinkedHashSet<>();
        table().forEach((room, uses) -> {
            assertThat(above).as("what %s uses", room).containsAll(uses);
            above.add(room);
        });
    }

    @Test
    void onlyTheLivePlatformTouchesTheOutside() {
        Set<String> breaches = new TreeSet<>();
        for (JavaClass one : CLASSES) {
            if (one.getPackageName().startsWith(BASE + "platform.live")) {
                continue;
            }
            for (JavaAccess<?> access : one.getAccessesFromSelf()) {
                String what = access.getTargetOwner().getName() + "." + access.getTarget().getName();
                if (outside(access.getTargetOwner().getName(), access.getTarget().getName())) {
                    breaches.add(one.getName() + " calls " + what + " " + access.getSourceCodeLocation());
                }
            }
        }
        assertThat(breaches).isEmpty();
    }

    private static boolean outside(String owner, String member) {
        return switch (owner) {
            case "java.time.Instant", "java.time.LocalDate", "java.time.LocalDateTime", "java.time.ZonedDateTime", "java.time.OffsetDateTime" -> member.equals("now");
            case "java.time.Clock" -> member.startsWith("system");
            case "java.lang.System" -> member.equals("nanoTime") || member.equals("currentTimeMillis");
            case "java.lang.Thread" -> Set.of("sleep", "<init>", "startVirtualThread", "ofVirtual", "ofPlatform").contains(member);
            case "java.util.Random", "java.security.SecureRandom", "java.util.concurrent.ThreadLocalRandom" -> true;
            case "java.lang.Math" -> member.equals("random");
            case "java.nio.file.Files", "java.io.RandomAccessFile", "java.io.FileInputStream", "java.io.FileOutputStream", "java.io.FileReader", "java.io.FileWriter" -> true;
            case "java.nio.channels.FileChannel", "java.nio.channels.SocketChannel", "java.nio.channels.ServerSocketChannel" -> member.equals("open");
            case "java.net.Socket", "java.net.ServerSocket", "java.net.DatagramSocket" -> true;
            case "java.net.InetAddress" -> Set.of("getByName", "getAllByName", "getLocalHost", "getHostName", "getCanonicalHostName").contains(member);
            default -> false;
        };
    }

    @Test
    void onlyMainSeesTheLivePlatform() {
        Set<String> breaches = new TreeSet<>();
        for (JavaClass one : CLASSES) {
            for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
                if (dependency.getTargetClass().getPackageName().startsWith(BASE + "platform.live")
                        && !one.getPackageName().startsWith(BASE + "platform.live")
                        && !room(one).equals("main")) {
                    breaches.add(dependency.getDescription());
                }
            }
        }
        assertThat(breaches).isEmpty();
    }

    @Test
    void onlyMainAndTheCommandLineWriteToTheStandardStreams() {
        Set<String> breaches = new TreeSet<>();
        for (JavaClass one : CLASSES) {
            if (room(one).equals("main") || room(one).equals("cli")) {
                continue;
            }
            one.getFieldAccessesFromSelf().stream()
                    .filter(access -> access.getTargetOwner().getName().equals("java.lang.System") && !access.getTarget().getName().equals("in"))
                    .forEach(access -> breaches.add(access.getDescription()));
        }
        assertThat(breaches).isEmpty();
    }

    @Test
    void theStandardsUseTheJavaBaseModuleAlone() {
        Set<String> breaches = new TreeSet<>();
        for (JavaClass one : CLASSES) {
            if (STANDARDS.contains(room(one))) {
                one.getDirectDependenciesFromSelf().stream()
                        .map(Dependency::getTargetClass)
                        .map(JavaClass::getBaseComponentType)
                        .filter(other -> !other.isPrimitive())
                        .map(JavaClass::getPackageName)
                        // MACs and key derivation are in java.base too, in spite of their name.
                        .filter(name -> !name.startsWith(BASE) && !name.startsWith("java.") && !name.startsWith("javax.crypto") && !name.equals("javax.security.auth.x500") && !name.equals("org.jspecify.annotations"))
                        .forEach(breaches::add);
            }
        }
        assertThat(breaches).isEmpty();
    }

    /// Every line of the table: a package and all that it may use.
    private static Map<String, Set<String>> table() throws IOException {
        String text = Files.readString(ROOT.resolve("ARCHITECTURE.md"));
        String block = text.substring(text.indexOf("```\n", text.indexOf("## Who may use whom")) + 4);
        Map<String, Set<String>> table = new LinkedHashMap<>();
        for (String line : block.substring(0, block.indexOf("```")).lines().toList()) {
            List<String> words = new ArrayList<>(Arrays.asList(line.trim().split("\\s+")));
            Set<String> uses = new LinkedHashSet<>();
            for (String word : words.subList(1, words.size())) {
                uses.addAll(word.equals("STD") ? STANDARDS : List.of(word));
            }
            table.put(words.getFirst(), uses);
        }
        return table;
    }

    private static String room(JavaClass one) {
        String inner = one.getPackageName().substring(BASE.length());
        int dot = inner.indexOf('.');
        return dot < 0 ? inner : inner.substring(0, dot);
    }
}
