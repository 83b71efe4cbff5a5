// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.isthmus.cli.control.Shown;
import org.isthmus.config.Settings;
import org.isthmus.predict.Drawing;
import org.isthmus.predict.Found;
import org.isthmus.predict.Prediction;
import org.isthmus.tracking.Harmless;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// {@code isthmus loops predict}: which loops configuration and DNS would make, each with the walk that mail would go. Needs no running server; sends nothing.
@Command(name = "predict", description = "Which loops this configuration would make with DNS as it is now, and what to write instead. Sends nothing.",
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:nothing would circle", "1:DNS did not answer, so not all can be told", "2:something would circle", "78:the configuration has other errors"})
final class PredictCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ConfigurationOption configuration = new ConfigurationOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Mixin
    private DnsOptions dns = new DnsOptions();

    PredictCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path file = terminal.configuration(configuration.file());
        Checked checked = terminal.program().check(file);
        Settings settings = checked.settings();
        if (settings == null) {
            terminal.findings(checked.problems(), terminal.err());
            throw new Failure(Exit.CONFIGURATION, Harmless.text(file.toString()) + " has errors; nothing can be predicted by it");
        }
        Prediction prediction = terminal.program().predict(settings, dns.limit()).with(checked.problems());
        if (output.json()) {
            terminal.json(json(prediction));
        } else {
            show(prediction);
        }
        return !prediction.loops().isEmpty() ? Exit.NO : prediction.unanswered().isEmpty() ? Exit.YES : Exit.CANNOT_TELL;
    }

    private static ObjectNode json(Prediction prediction) {
        ObjectNode node = Shown.findings(prediction.found().stream().map(Found::problem).toList());
        ArrayNode findings = (ArrayNode) node.get("findings");
        for (int i = 0; i < prediction.found().size(); i++) {
            List<String> drawing = Drawing.of(prediction.found().get(i).walk());
            ObjectNode finding = (ObjectNode) findings.get(i);
            drawing.forEach(line -> finding.withArray("walk").add(line));
        }
        node.put("classes", prediction.classes());
        ObjectNode dns = node.putObject("dns").put("asked", prediction.askedDns());
        prediction.unanswered().forEach(dns.putArray("unanswered")::add);
        return node;
    }

    private void show(Prediction prediction) {
        for (Found found : prediction.found()) {
            terminal.findings(List.of(found.problem()), terminal.out());
            Drawing.of(found.walk()).forEach(line -> terminal.line("        " + line));
        }
        DnsOptions.say(prediction, terminal);
        long loops = prediction.found().stream().filter(Found::isLoop).count();
        terminal.line((loops == 0 ? "nothing circles" : loops == 1 ? "1 finding of a loop" : loops + " findings of loops") + ", " + prediction.classes() + " classes of mail followed"
                + (prediction.cut() ? "; there are more, which were not" : ""));
    }
}
