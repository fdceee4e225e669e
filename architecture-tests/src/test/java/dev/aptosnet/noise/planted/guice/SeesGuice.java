package dev.aptosnet.noise.planted.guice;

import com.google.inject.Injector;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesGuice {
    final Class<?> type = Injector.class;
}
