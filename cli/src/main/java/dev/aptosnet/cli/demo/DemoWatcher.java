package dev.aptosnet.cli.demo;

/** Hears how a demo goes, on the thread that runs it. */
public interface DemoWatcher {
    /** How it stands; once a second while the nodes send. */
    void onSecond(DemoView view);

    /** A fault, or its end. */
    void onEvent(DemoEvent event);
}
