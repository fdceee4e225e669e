package dev.aptosnet.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;

/**
 * A rule that can show that it looks at something.
 *
 * @param name a sentence
 * @param subjects which classes it judges
 * @param check the rule itself
 * @param planted the package in which classes lie that break it
 */
record Rule(String name, DescribedPredicate<JavaClass> subjects, ArchRule check, String planted) {
    /** How many of the classes it judges. */
    int subjectsIn(JavaClasses classes) {
        return classes.that(subjects).size();
    }

    @Override
    public String toString() {
        return name;
    }
}
