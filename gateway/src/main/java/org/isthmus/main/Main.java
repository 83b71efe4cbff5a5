// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

/// The program.
public final class Main {
    private Main() {}

    static void main(String[] arguments) {
        System.out.println("isthmus");
    }
}
