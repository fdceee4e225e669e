package dev.aptosnet.planted.prints;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class Prints {
    void hello() {
        System.out.println("hello");
    }
}
