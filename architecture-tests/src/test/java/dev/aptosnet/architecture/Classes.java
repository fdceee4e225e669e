package dev.aptosnet.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The classes that rules look at. */
final class Classes {
    /** All that the project ships; neither tests nor what is planted here. */
    static final JavaClasses SHIPPED =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.aptosnet");

    /** What breaks the rules on purpose. */
    private static final JavaClasses PLANTED =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.OnlyIncludeTests())
                    .importPackages("dev.aptosnet");

    private Classes() {}

    /** The classes planted in one package and below. */
    static JavaClasses plantedIn(String packageName) {
        return PLANTED.that(resideInAPackage(packageName + ".."));
    }
}
