// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.isthmus.platform.Disk;
import org.isthmus.registry.RegistryImport;
import org.isthmus.tracking.Harmless;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// {@code isthmus import registry}.
@Command(name = "import", description = "Takes over the settings of another program.", synopsisSubcommandLabel = "registry")
final class ImportCommand {
    private ImportCommand() {}

    static CommandLine line(Terminal terminal) {
        return new CommandLine(new ImportCommand()).addSubcommand(new Registry(terminal));
    }

    @Command(name = "registry", description = "An export of ...\\MSExchangeIMC\\Parameters becomes a fragment of configuration that means the same.",
            footer = {"", "What is not understood is an error with its line, and then nothing is written (exit 65)."})
    private static final class Registry implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(paramLabel = "FILE.reg", description = "The export: REGEDIT4 or Windows Registry Editor Version 5.00.")
        private Path file = Path.of("");

        @Option(names = {"-w", "--write"}, paramLabel = "FILE", description = "Writes this file, which must not exist yet, in place of the standard output.")
        private @Nullable Path target;

        Registry(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws IOException {
            Disk disk = terminal.program().platform().disk();
            RegistryImport.Imported imported = RegistryImport.of(file.toString(), read(disk));
            if (imported.text().isEmpty()) {
                terminal.findings(imported.problems(), terminal.err());
                return Exit.DATA;
            }
            if (target == null) {
                imported.text().get().lines().forEach(terminal::line);
            } else {
                write(disk, target, imported.text().get());
                terminal.line("wrote " + target);
            }
            return Exit.YES;
        }

        private byte[] read(Disk disk) throws IOException {
            try (Disk.File open = disk.openToRead(file)) {
                if (open.size() > RegistryImport.LARGEST) {
                    throw new Failure(Exit.DATA, Harmless.text(file.toString()) + " is larger than 16 MiB, so it is no export of one key");
                }
                ByteBuffer octets = ByteBuffer.allocate((int) open.size());
                open.read(octets, 0);
                return octets.array();
            } catch (NoSuchFileException e) {
                throw new Failure(Exit.NO_INPUT, "there is no file " + Harmless.text(file.toString()));
            }
        }

        private static void write(Disk disk, Path path, String text) throws IOException {
            try (Disk.File made = disk.create(path)) {
                made.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
                made.force(true);
            } catch (FileAlreadyExistsException e) {
                throw new Failure(Exit.CANNOT_CREATE, Harmless.text(path.toString()) + " exists already, and stays as it is");
            }
        }
    }
}
