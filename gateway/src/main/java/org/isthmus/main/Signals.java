// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signals of the operating system. The JDK's only way to them, {@code sun.misc.Signal} of the module {@code jdk.unsupported}, draws a compiler warning that nothing
/// can silence and that our build does not allow; so this one class looks it up at run time. On a JVM without it the server runs, and stops as the JVM does.
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /// @param name without SIG: {@code TERM}
    /// @param action quick, on a thread of the JVM's
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    action.run();
                }
                return null;
            });
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("SIG{} is not handled: {}", name, e.toString());
        }
    }
}
