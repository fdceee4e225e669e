package dev.aptosnet.simulation;

import java.util.Locale;

/** A picture in the making. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    Svg(int width, int height) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                                + " font-family=\"sans-serif\" font-size=\"12\">\n",
                        width,
                        height));
        rect(0, 0, width, height, "#ffffff", 1);
    }

    void rect(double x, double y, double width, double height, String fill, double opacity) {
        add(
                String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\""
                                + " fill=\"%s\" fill-opacity=\"%.2f\"/>",
                        x,
                        y,
                        width,
                        height,
                        fill,
                        opacity));
    }

    void line(double x1, double y1, double x2, double y2, String colour) {
        add(
                String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
                        x1,
                        y1,
                        x2,
                        y2,
                        colour));
    }

    /** A line through points, each as {@code x,y}, separated by spaces. */
    void curve(String points, String colour) {
        add(
                String.format(
                        Locale.ROOT,
                        "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"%s\"/>",
                        colour,
                        points));
    }

    /**
     * Words.
     *
     * @param anchor which part of them is at x: start, middle, end
     */
    void words(double x, double y, String anchor, String words) {
        add(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
                        x,
                        y,
                        anchor,
                        words.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private void add(String element) {
        text.append(element).append('\n');
    }

    /** The whole picture. */
    String finish() {
        return text + "</svg>\n";
    }
}
