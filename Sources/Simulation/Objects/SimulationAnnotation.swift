/// Annotations by which a pod or a node tells the simulation how to behave.
///
/// Those of pods may name one container: `simulation.quartermaster.dev/exit-code.upload: "3"`.
package enum SimulationAnnotation {
    /// On a Node: `true` has the simulation play its kubelet.
    package static let node = "simulation.quartermaster.dev/node"
    /// On a Node: `false` makes it NotReady.
    package static let nodeReady = "simulation.quartermaster.dev/node-ready"
    /// On a pod: `false` keeps its containers running but not ready.
    package static let ready = "simulation.quartermaster.dev/ready"
    /// On a pod: the status with which its containers exit; the default is 0, or 1 for images with `crash` in the name.
    package static let exitCode = "simulation.quartermaster.dev/exit-code"
    /// On a pod: what its containers leave in their termination log.
    package static let terminationMessage = "simulation.quartermaster.dev/termination-message"
    /// On a pod: how many seconds, also as a fraction, its containers run before they exit.
    package static let runSeconds = "simulation.quartermaster.dev/run-seconds"
}
