// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.platform.Channel;
import org.isthmus.platform.Threads;
import org.jspecify.annotations.Nullable;

/// Actors that live and die together.
final class SimulatedProcess implements Threads {
    private final Baton baton;
    private final String name;
    private final List<SimulatedActor> actors = new ArrayList<>();
    private @Nullable SimulatedActor first;
    private int channels;

    SimulatedProcess(Baton baton, String name) {
        this.baton = baton;
        this.name = name;
    }

    @Override
    public Actor start(String actorName, Runnable body) {
        baton.step("start", actorName);
        actors.removeIf(actor -> actor.ended);
        SimulatedActor actor = baton.start(this, name.isEmpty() ? actorName : name + "/" + actorName, body);
        actors.add(actor);
        return actor;
    }

    @Override
    public Actor startOnOwnThread(String actorName, Runnable body) {
        return start(actorName, body);
    }

    @Override
    public <T> Channel<T> channel(int capacity) {
        return new SimulatedChannel<>(baton, "channel " + (name.isEmpty() ? "" : name + "/") + ++channels, capacity);
    }

    /// The actor whose end is the end of the run.
    SimulatedActor startFirst(String actorName, Runnable body) {
        SimulatedActor actor = baton.start(this, actorName, body);
        first = actor;
        return actor;
    }

    boolean endsWorld(SimulatedActor actor) {
        return actor == first;
    }

    void kill() {
        List.copyOf(actors).forEach(baton::kill);
        actors.clear();
    }
}
