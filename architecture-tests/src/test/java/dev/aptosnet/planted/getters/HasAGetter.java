package dev.aptosnet.planted.getters;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class HasAGetter {
    int getSize() {
        return 0;
    }
}
