// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The circles of a graph: its strongly connected components by Tarjan's algorithm, and in each the shortest closed walk through every leg that causes one.
/// The walk keeps its own stack, so that no graph exhausts ours; time and room grow with the number of legs.
final class Circles {
    private final Map<State, List<Leg>> graph;
    private final Map<State, Visit> visits = new HashMap<>();
    private final Deque<State> open = new ArrayDeque<>();
    private final List<Circle> circles = new ArrayList<>();
    private int count;

    private Circles(Map<State, List<Leg>> graph) {
        this.graph = graph;
    }

    /// @param graph each state with the legs from it; a state that stands nowhere as a key has none
    static List<Circle> of(Map<State, List<Leg>> graph) {
        Circles circles = new Circles(graph);
        graph.keySet().forEach(circles::walk);
        return List.copyOf(circles.circles);
    }

    private static final class Visit {
        private final State state;
        private final Iterator<Leg> legs;
        private final int number;
        private int low;
        private boolean onStack = true;

        Visit(State state, List<Leg> legs, int number) {
            this.state = state;
            this.legs = legs.iterator();
            this.number = number;
            this.low = number;
        }
    }

    private void walk(State start) {
        if (visits.containsKey(start)) {
            return;
        }
        Deque<Visit> path = new ArrayDeque<>();
        path.addLast(enter(start));
        while (!path.isEmpty()) {
            Visit visit = path.getLast();
            if (visit.legs.hasNext()) {
                State next = visit.legs.next().to();
                Visit seen = visits.get(next);
                if (seen == null) {
                    path.addLast(enter(next));
                } else if (seen.onStack) {
                    visit.low = Math.min(visit.low, seen.number);
                }
            } else {
                path.removeLast();
                if (!path.isEmpty()) {
                    path.getLast().low = Math.min(path.getLast().low, visit.low);
                }
                if (visit.low == visit.number) {
                    component(visit.state);
                }
            }
        }
    }

    private Visit enter(State state) {
        Visit visit = new Visit(state, legs(state), count++);
        visits.put(state, visit);
        open.addLast(state);
        return visit;
    }

    private List<Leg> legs(State state) {
        return graph.getOrDefault(state, List.of());
    }

    private void component(State root) {
        Set<State> members = new HashSet<>();
        List<State> order = new ArrayList<>();
        State state;
        do {
            state = open.removeLast();
            Visit visit = visits.get(state);
            if (visit != null) {
                visit.onStack = false;
            }
            members.add(state);
            order.add(state);
        } while (!state.equals(root));
        for (State member : order.reversed()) {
            for (Leg leg : legs(member)) {
                if (leg.isCause() && members.contains(leg.to())) {
                    circles.add(circle(leg, members));
                }
            }
        }
    }

    /// Breadth first from the end of the cause back to its beginning, within the component.
    private Circle circle(Leg cause, Set<State> members) {
        Map<State, @Nullable Leg> by = new HashMap<>();
        Deque<State> next = new ArrayDeque<>(List.of(cause.to()));
        by.put(cause.to(), null);
        while (!by.containsKey(cause.from())) {
            State state = next.removeFirst();
            for (Leg leg : legs(state)) {
                if (members.contains(leg.to()) && !by.containsKey(leg.to())) {
                    by.put(leg.to(), leg);
                    next.addLast(leg.to());
                }
            }
        }
        List<Leg> legs = new ArrayList<>(List.of(cause));
        for (Leg leg = by.get(cause.from()); leg != null; leg = by.get(leg.from())) {
            legs.addFirst(leg);
        }
        return new Circle(cause, legs);
    }
}
