// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

/// Mail of a class at a place: a node of the graph.
record State(Mail mail, Place place) {}
