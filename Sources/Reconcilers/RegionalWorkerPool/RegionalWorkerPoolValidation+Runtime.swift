internal import KubeAPI

extension RegionalWorkerPool.Spec {
    func checkRuntimes(_ rules: inout Rules) {
        runtime.check(&rules, at: "spec.runtime")
        for (index, region) in regions.enumerated() {
            region.runtime?.check(&rules, at: "spec.regions[\(index)].runtime")
        }
    }
}

extension RegionalWorkerPool.Runtime {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(
            type == .hostSocket || hostSocket == nil, path,
            "hostSocket goes with type HostSocket; set the type or remove it")
        rules.require(
            type == .dockerInDocker || dockerInDocker == nil, path,
            "dockerInDocker goes with type DockerInDocker; set the type or remove it")
        rules.require(
            (type == .runtimeClass) == (runtimeClass != nil), path,
            "type RuntimeClass and runtimeClass.name go together; give both or neither")
    }
}
