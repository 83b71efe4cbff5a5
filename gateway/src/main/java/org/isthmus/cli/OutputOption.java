// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import picocli.CommandLine.Option;

/// {@code -o table|json}, as every reading verb takes it.
final class OutputOption {
    enum Form {
        table,
        json
    }

    @Option(names = {"-o", "--output"}, paramLabel = "table|json", defaultValue = "table", description = "How to show it: ${COMPLETION-CANDIDATES}. Default: table.")
    private Form form = Form.table;

    boolean json() {
        return form == Form.json;
    }
}
