// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

/// Another process has the data folder. Two on one spool would deliver everything twice.
public final class DataFolderTaken extends Exception {
    /// @param message names the folder and the other's process id
    public DataFolderTaken(String message) {
        super(message);
    }
}
