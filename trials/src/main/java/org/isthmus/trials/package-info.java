// SPDX-License-Identifier: Apache-2.0

/// What proves the server, and is not shipped: the simulated world, dialogues, end to end, load.
package org.isthmus.trials;
