/**
 * Full meshes of real nodes: one process with many of them ({@link
 * dev.aptosnet.benchmarks.mesh.Mesh}), and many processes to which faults happen ({@link
 * dev.aptosnet.benchmarks.mesh.Chaos}).
 */
@NullMarked
package dev.aptosnet.benchmarks.mesh;

import org.jspecify.annotations.NullMarked;
